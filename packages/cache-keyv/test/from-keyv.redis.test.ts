import { createCache, encoded, fenced } from '@holdfast/cache-core'
import { backendConformance, ManualClock } from '@holdfast/cache-core/testing'
import { fromKeyv, type KeyvAdapter } from '@holdfast/cache-keyv'
import KeyvRedis from '@keyv/redis'
import { describe, expect, inject, it } from 'vitest'

const runner = { describe, it, skip: it.skip }

/** As Keyv's adapters over SQL do it: lifetimes are ignored, keys can be listed. */
function mapAdapter(): KeyvAdapter & { readonly map: Map<string, string> } {
  const map = new Map<string, string>()
  return {
    map,
    get: async (key) => map.get(key),
    set: async (key, value) => void map.set(key, value),
    delete: async (key) => map.delete(key),
    clear: async () => map.clear(),
    async *iterator() {
      yield* [...map]
    },
  }
}

backendConformance({
  runner,
  name: 'an adapter of Keyv that keeps what has expired',
  create: () => {
    const clock = new ManualClock(Date.now())
    return {
      backend: fenced(encoded(fromKeyv(mapAdapter(), { clock })), { clock }),
      advance: (ms) => clock.advance(ms),
    }
  },
})

describe('@keyv/redis under a cache', () => {
  it('keeps values as they went in, tags and patterns', async () => {
    const adapter = new KeyvRedis(inject('redisUrl'), { namespace: `from-keyv-${process.pid}` })
    const cache = createCache({ backend: fenced(encoded(fromKeyv(adapter as KeyvAdapter))) })
    await cache.set('a:1', new Map([['when', new Date(5)]]), { tags: ['t'] })
    await cache.set('a:2', 2n)
    await cache.set('b', 'kept')
    expect(await cache.get('a:1')).toEqual(new Map([['when', new Date(5)]]))
    await cache.invalidateTags(['t'])
    expect([await cache.get('a:1'), await cache.get('a:2')]).toEqual([undefined, 2n])
    expect(await cache.deletePattern('a:*')).toBe(1)
    expect(await cache.getMany(['a:2', 'b'])).toEqual(new Map([['b', 'kept']]))
    await cache.clear()
    expect(await cache.get('b')).toBeUndefined()
    await cache.close()
  })
})

describe('what an adapter cannot do', () => {
  it('is said', async () => {
    const { iterator: _, ...blind } = mapAdapter()
    const cache = createCache({ backend: fenced(encoded(fromKeyv(blind))) })
    await cache.set('k', 1)
    await expect(cache.deletePattern('k*')).rejects.toMatchObject({ code: 'E_UNSUPPORTED' })
    await expect(cache.clear()).rejects.toMatchObject({ code: 'E_UNSUPPORTED' })
    await cache.set('k', 1, { tags: ['t'] })
    await cache.invalidateTags(['t'])
    expect(await cache.get('k')).toBeUndefined()
  })

  it('a store that is away: reads miss, a delete rejects', async () => {
    const away = {
      ...mapAdapter(),
      get: () => Promise.reject(new Error('away')),
      delete: () => Promise.reject(new Error('away')),
    }
    const cache = createCache({ backend: fenced(encoded(fromKeyv(away))) })
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    await expect(cache.delete('k')).rejects.toMatchObject({ code: 'E_UNAVAILABLE' })
  })

  it('a read that is never answered is a miss after readDeadline', async () => {
    const clock = new ManualClock(0)
    const silent = { ...mapAdapter(), get: () => new Promise(() => undefined) }
    const store = fromKeyv(silent, { clock, readDeadline: '1s' })
    let failure: unknown
    Promise.resolve(store.get('k')).catch((error: unknown) => {
      failure = error
    })
    await clock.advance(999)
    expect(failure).toBeUndefined()
    await clock.advance(1)
    expect(failure).toMatchObject({ code: 'E_TIMEOUT' })
  })

  it('a Keyv instead of an adapter, or anything else, is refused', () => {
    expect(() => fromKeyv({} as never)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
  })

  it('what somebody else wrote is a miss', async () => {
    const adapter = mapAdapter()
    const store = fromKeyv(adapter)
    const foreign = ['', 'null', '[]', '{', '{"key":"k"}', '{"key":"k","value":1}', '{"key":"k","value":"?"}']
    for (const text of [...foreign, '{"key":"k","value":"","expires":"x"}', '{"key":"K","value":""}']) {
      adapter.map.set('k', text)
      expect(await store.get('k')).toBeUndefined()
    }
  })

  it('an adapter that lists other keys than it keeps is not believed', async () => {
    const adapter = mapAdapter()
    const cache = createCache({
      backend: fenced(
        encoded(
          fromKeyv({
            ...adapter,
            namespace: 'mine',
            async *iterator(namespace) {
              for (const entry of adapter.map) if (entry[0].startsWith(`${namespace}:`)) yield entry
            },
          }),
        ),
      ),
    })
    await cache.set('k', 1)
    await expect(cache.deletePattern('k*')).rejects.toMatchObject({
      code: 'E_UNSUPPORTED',
      message: expect.stringContaining('without the namespace mine'),
    })
    expect([...adapter.map.keys()]).not.toContain('holdfast-probe')
  })

  it('a database to which A is a gives nobody the value of another', async () => {
    const adapter = mapAdapter()
    const cache = createCache({
      backend: fenced(
        encoded(
          fromKeyv({
            ...adapter,
            get: (key) => adapter.get(key.toLowerCase()),
            set: (key, value) => adapter.set(key.toLowerCase(), value),
            delete: (key) => adapter.delete(key.toLowerCase()),
          }),
        ),
      ),
    })
    await cache.set('token:A', 'of A')
    expect([await cache.get('token:A'), await cache.get('token:a')]).toEqual(['of A', undefined])
  })

  it('an adapter that pages by offset passes over nothing', async () => {
    const adapter = mapAdapter()
    const store = fromKeyv({
      ...adapter,
      async *iterator() {
        for (let offset = 0; ; offset += 10) {
          const page = [...adapter.map].slice(offset, offset + 10)
          if (page.length === 0) return
          yield* page
        }
      },
    })
    for (let n = 0; n < 95; n++) await store.set(`a:${n}`, new Uint8Array(), {})
    await store.set('b', new Uint8Array(), {})
    await store.clear('a:')
    expect([...adapter.map.keys()]).toEqual(['b'])
  })
})
