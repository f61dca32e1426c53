import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { clearRequestCache, requestScoped, runInRequest } from '@holdfast/cache-request'
import { describe, expect, it } from 'vitest'

function open() {
  const cache = createCache({ backend: new MemoryBackend() })
  return { cache, scoped: requestScoped(cache) }
}

describe('a cache as one request sees it', () => {
  it('reads a key once, whatever others do meanwhile', async () => {
    const { cache, scoped } = open()
    await cache.set('k', 'first')
    await runInRequest(async () => {
      expect(await scoped.get('k')).toBe('first')
      await cache.set('k', 'by another')
      expect(await scoped.get('k')).toBe('first')
      expect(await runInRequest(() => scoped.get('k'))).toBe('by another')
    })
    expect(await scoped.get('k')).toBe('by another')
    expect(cache.stats().hits).toBe(3)
  })

  it('calls at one time share one read and one load', async () => {
    const { cache, scoped } = open()
    let loads = 0
    await runInRequest(async () => {
      const values = await Promise.all([1, 2, 3].map(() => scoped.getOrSet('k', async () => ++loads)))
      expect(values).toEqual([1, 1, 1])
      await cache.delete('k')
      expect(await scoped.getOrSet('k', async () => ++loads)).toBe(1)
    })
    expect(await scoped.getOrSet('k', async () => ++loads)).toBe(2)
  })

  it.each([
    ['set', (scoped) => scoped.set('k', 'new', { tags: ['t'] })],
    ['setMany', (scoped) => scoped.setMany({ k: 'new' })],
    ['delete', (scoped) => scoped.delete('k')],
    ['deleteMany', (scoped) => scoped.deleteMany(['k'])],
    ['deletePattern', (scoped) => scoped.deletePattern('*')],
    ['invalidateTags', (scoped) => scoped.invalidateTags(['t'])],
    ['expire', (scoped) => scoped.expire('k')],
    ['expireTags', (scoped) => scoped.expireTags(['t'])],
    ['clear', (scoped) => scoped.clear()],
  ] satisfies [string, (scoped: ReturnType<typeof requestScoped>) => Promise<unknown>][])(
    'its own %s is seen at once',
    async (verb, write) => {
      const { cache, scoped } = open()
      await cache.set('k', 'old', { tags: ['t'] })
      await runInRequest(async () => {
        expect(await scoped.get('k')).toBe('old')
        await write(scoped)
        expect(await scoped.get('k')).toBe(verb.startsWith('set') ? 'new' : undefined)
      })
    },
  )

  it('a miss is no longer remembered once the value was loaded', async () => {
    const { scoped } = open()
    await runInRequest(async () => {
      expect(await scoped.get('k')).toBeUndefined()
      await scoped.getOrSet('k', () => 'loaded')
      expect(await scoped.get('k')).toBe('loaded')
    })
  })

  it('get and getOrSet agree', async () => {
    const { cache, scoped } = open()
    await runInRequest(async () => {
      expect(await scoped.getOrSet('a', () => 1)).toBe(1)
      await cache.set('a', 2)
      expect(await scoped.get('a')).toBe(1)
      await cache.set('b', 1)
      expect(await scoped.get('b')).toBe(1)
      await cache.set('b', 2)
      expect(await scoped.getOrSet('b', () => 3)).toBe(1)
      expect(
        await Promise.all([scoped.get('c'), scoped.getOrSet('c', () => 1), scoped.getOrSet('c', () => 2)]),
      ).toEqual([undefined, 1, 1])
    })
  })

  it('a failure is not remembered, and clearRequestCache forgets', async () => {
    const { cache, scoped } = open()
    await runInRequest(async () => {
      await expect(scoped.getOrSet('k', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
      expect(await scoped.getOrSet('k', () => 1)).toBe(1)
      await cache.set('k', 2)
      expect(await scoped.getOrSet('k', () => 3)).toBe(1)
      clearRequestCache()
      expect(await scoped.getOrSet('k', () => 3)).toBe(2)
    })
  })

  it('a write that failed forgets too, and rejects', async () => {
    const { cache, scoped } = open()
    await cache.set('k', 'old')
    await runInRequest(async () => {
      await scoped.get('k')
      await cache.close()
      await expect(scoped.delete('k')).rejects.toMatchObject({ code: 'E_CLOSED' })
      await expect(scoped.get('k')).rejects.toMatchObject({ code: 'E_CLOSED' })
    })
  })

  it('anything but a cache is refused', () => {
    expect(() => requestScoped({} as never)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
  })
})
