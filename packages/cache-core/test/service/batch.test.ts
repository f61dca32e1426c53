import { type BatchLoader, type CacheService, createCache, fenced } from '@holdfast/cache-core'
import { ManualClock, settle } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { afterEach, describe, expect, it } from 'vitest'

/** The claims of docs/guide/batch.md. */
const map = () => {
  const entries = new Map<string, unknown>()
  return {
    name: 'map',
    get: async (key: string) => entries.get(key),
    set: async (key: string, payload: unknown) => void entries.set(key, payload),
    delete: async (key: string) => entries.delete(key),
    clear: async () => entries.clear(),
  }
}
const open: CacheService[] = []
afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close()
})

describe.each([
  ['memory', (clock: ManualClock) => new MemoryBackend({ clock })],
  ['a lifted store', (clock: ManualClock) => fenced(map(), { clock })],
])('many keys at once over %s', (_, backend) => {
  const rig = () => {
    const clock = new ManualClock()
    const shared = backend(clock)
    const caches = [0, 1].map(() => createCache({ backend: shared, clock }))
    open.push(...caches)
    return { clock, one: caches[0] as CacheService, two: caches[1] as CacheService }
  }
  /** A loader that ends when told to, and what it was asked. */
  const held = (answer: (key: string) => unknown = (key) => `loaded ${key}`) => {
    const asked: string[][] = []
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const load: BatchLoader<unknown> = async (keys) => {
      asked.push([...keys])
      await ended
      return new Map(keys.map((key) => [key, answer(key)]))
    }
    return { load, asked, end: () => end() }
  }

  it('a deletion during the load refuses that value alone', async () => {
    const { one } = rig()
    const loader = held()
    const many = one.getOrSetMany(['a', 'b', 'c'], loader.load)
    await settle()
    await one.delete('b')
    loader.end()
    expect([...(await many).keys()]).toEqual(['a', 'b', 'c'])
    expect([...(await one.getMany(['c', 'b', 'a'])).keys()]).toEqual(['c', 'a'])
  })

  it('an invalidated tag refuses all that carry it', async () => {
    const { one } = rig()
    const loader = held()
    const many = one.getOrSetMany(['a', 'b'], loader.load, { tags: ['t'] })
    await settle()
    await one.invalidateTags(['t'])
    loader.end()
    await many
    expect(await one.getMany(['a', 'b'])).toEqual(new Map())
  })

  it('two batches that overlap share what they have in common, also from two caches', async () => {
    const { one, two } = rig()
    const [first, second] = [held(), held()]
    const both = [one.getOrSetMany(['a', 'b'], first.load), two.getOrSetMany(['b', 'c'], second.load)]
    await settle()
    expect([first.asked, second.asked]).toEqual([[['a', 'b']], [['c']]])
    first.end()
    second.end()
    expect((await Promise.all(both)).map((found) => [...found.keys()])).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ])
  })

  it('a single call joins a batch, and a batch a single call', async () => {
    const { one } = rig()
    const loader = held()
    const many = one.getOrSetMany(['a', 'b'], loader.load)
    await settle()
    const single = one.getOrSet('a', () => 'not called')
    loader.end()
    expect(await single).toBe('loaded a')
    await many
  })

  it('what is left out stays missing; null is remembered', async () => {
    const { one } = rig()
    const asked: string[][] = []
    const load = async (keys: readonly string[]) => {
      asked.push([...keys])
      return { null: null, undefined: undefined }
    }
    const found = await one.getOrSetMany<unknown>(['null', 'undefined', 'left out'], load)
    expect(found).toEqual(
      new Map<string, unknown>([
        ['null', null],
        ['undefined', undefined],
      ]),
    )
    await one.getOrSetMany<unknown>(['null', 'undefined', 'left out'], load)
    expect(asked).toEqual([['null', 'undefined', 'left out'], ['left out']])
  })

  it('stale values stand in for a loader that fails, if there is one for each key', async () => {
    const { clock, one } = rig()
    await one.setMany({ a: 'old a', b: 'old b' }, { ttl: 10, grace: 60 })
    await clock.advance(11_000)
    const fail = () => Promise.reject(new Error('down'))
    expect(await one.getOrSetMany(['a', 'b'], fail)).toEqual(
      new Map([
        ['a', 'old a'],
        ['b', 'old b'],
      ]),
    )
    await expect(one.getOrSetMany(['a', 'b', 'c'], fail)).rejects.toThrow('down')
  })

  it('repeated keys count once', async () => {
    const { one } = rig()
    const loader = held()
    loader.end()
    await one.getOrSetMany(['a', 'a'], loader.load)
    expect(loader.asked).toEqual([['a']])
    expect(await one.deleteMany(['a', 'a'])).toBe(1)
  })
})
