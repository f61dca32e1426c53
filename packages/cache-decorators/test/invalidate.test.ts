import { type CacheService, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'
import { cache, cacheable, collectInvalidations, invalidate, invalidateCache, invalidateMethod } from '../src/index.js'
import { boundCache } from './fresh-cache.js'

class Articles {
  loads = 0
  constructor(readonly cache: CacheService) {}

  @cacheable()
  async get(id: string, draft = false): Promise<string> {
    this.loads++
    return `${id} ${draft} ${this.loads}`
  }

  async plain(id: string): Promise<string> {
    return id
  }

  @invalidateCache({ tags: ['articles'] })
  async save(works = true): Promise<void> {
    if (!works) throw new Error('no')
  }
}
const articles = () => new Articles(createCache({ backend: new MemoryBackend() }))

describe('invalidate', () => {
  it('removes what a cached function keeps for some arguments, and nothing else', async () => {
    boundCache()
    let loads = 0
    const users = { get: cache({ name: 'users' })(async (id: string) => `${id} ${++loads}`) }
    expect([await users.get('1'), await users.get('2')]).toEqual(['1 1', '2 2'])
    await invalidate(users.get, '1')
    expect([await users.get('1'), await users.get('2')]).toEqual(['1 3', '2 2'])
  })

  it('compiles only for cached functions and their arguments', async () => {
    boundCache()
    const cached = cache({ name: 'typed' })(async (id: string) => id)
    const plain = async (id: string) => id
    // @ts-expect-error: a number is no argument of it
    await invalidate(cached, 1)
    // @ts-expect-error: it is not cached
    await expect(invalidate(plain, '1')).rejects.toMatchObject({ code: 'E_CONFIG' })
  })

  it('removes what a method keeps, from the cache of its instance', async () => {
    const one = articles()
    await Promise.all([one.get('1'), one.get('1', true)])
    await invalidateMethod(one, one.get, '1', true)
    await Promise.all([one.get('1'), one.get('1', true)])
    expect(one.loads).toBe(3)
    await expect(invalidateMethod(one, one.plain, '1')).rejects.toMatchObject({ code: 'E_CONFIG' })
    // @ts-expect-error: the method takes a string
    await invalidateMethod(one, one.get, 1)
  })

  it('rejects when it could not be done', async () => {
    const one = articles()
    await one.cache.close()
    await expect(invalidateMethod(one, one.get, '1')).rejects.toMatchObject({ code: 'E_CLOSED' })
  })
})

describe('collectInvalidations', () => {
  const tagged = async (one: Articles) => {
    await one.cache.set('k', 'old', { tags: ['articles'] })
    await one.get('1')
    return {
      found: async () => [await one.cache.get('k'), one.loads],
      look: async () => void (await one.get('1')),
    }
  }

  it('holds them back until the function has resolved', async () => {
    const one = articles()
    const { found, look } = await tagged(one)
    const result = await collectInvalidations(async () => {
      await one.save()
      await invalidateMethod(one, one.get, '1')
      await look()
      expect(await found()).toEqual(['old', 1])
      return 'committed'
    })
    expect(result).toBe('committed')
    await look()
    expect(await found()).toEqual([undefined, 2])
  })

  it('drops them when it throws', async () => {
    const one = articles()
    const { found, look } = await tagged(one)
    const rolledBack = collectInvalidations(async () => {
      await one.save()
      await invalidateMethod(one, one.get, '1')
      throw new Error('rolled back')
    })
    await expect(rolledBack).rejects.toThrow('rolled back')
    await look()
    expect(await found()).toEqual(['old', 1])
  })

  it('an inner one waits for the outer one', async () => {
    const one = articles()
    const { found } = await tagged(one)
    await collectInvalidations(async () => {
      await collectInvalidations(() => one.save())
      expect(await found()).toEqual(['old', 1])
      await collectInvalidations(() => one.save(false)).catch(() => undefined)
    })
    expect(await found()).toEqual([undefined, 1])
  })

  it('runs side by side without touching each other', async () => {
    const [one, two] = [articles(), articles()]
    const [ofOne, ofTwo] = [await tagged(one), await tagged(two)]
    await Promise.all([
      collectInvalidations(() => one.save()),
      collectInvalidations(async () => {
        await two.save()
        throw new Error('rolled back')
      }).catch(() => undefined),
    ])
    expect(await ofOne.found()).toEqual([undefined, 1])
    expect(await ofTwo.found()).toEqual(['old', 1])
  })

  it('what goes on after the end is not held back', async () => {
    const one = articles()
    const { found } = await tagged(one)
    let later = (): void => undefined
    let stray: Promise<void> | undefined
    await collectInvalidations(() => {
      stray = new Promise<void>((resolve) => (later = resolve)).then(() => one.save())
    })
    later()
    await stray
    expect(await found()).toEqual([undefined, 1])
  })

  it('does all of them, and rejects with the first that failed', async () => {
    const [closed, open] = [articles(), articles()]
    const { found } = await tagged(open)
    const work = collectInvalidations(async () => {
      await closed.save()
      await open.save()
      await closed.cache.close()
    })
    await expect(work).rejects.toMatchObject({ code: 'E_CLOSED' })
    expect(await found()).toEqual([undefined, 1])
  })
})
