import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CacheService, createCache, encoded, fenced } from '@holdfast/cache-core'
import { backendConformance, ManualClock } from '@holdfast/cache-core/testing'
import { fromKeyv, type KeyvAdapter } from '@holdfast/cache-keyv'
import { KeyvMemcache } from '@keyv/memcache'
import { KeyvSqlite } from '@resolid/keyv-sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MemcachedServer, startMemcached } from '../../../test/memcached-server/index.js'

const over = (adapter: unknown): CacheService =>
  createCache({ backend: fenced(encoded(fromKeyv(adapter as KeyvAdapter, { readDeadline: '300ms' }))) })

describe('SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'))
  const open = () => new KeyvSqlite({ uri: join(folder, 'cache.db') }) as unknown as KeyvAdapter
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  backendConformance({
    runner: { describe, it, skip: it.skip },
    name: 'a file of SQLite under @resolid/keyv-sqlite',
    create: async () => {
      const adapter = open()
      await adapter.clear()
      const clock = new ManualClock(Date.now())
      return { backend: fenced(encoded(fromKeyv(adapter, { clock })), { clock }), advance: (ms) => clock.advance(ms) }
    },
  })

  it('outlives the process, tags included', async () => {
    const first = over(open())
    await first.clear()
    await first.set('kept', new Map([[1, new Date(2)]]), { tags: ['t'] })
    await first.set('gone', 1, { tags: ['old'] })
    await first.invalidateTags(['old'])
    await first.close()

    const second = over(open())
    expect(await second.get('kept')).toEqual(new Map([[1, new Date(2)]]))
    expect(await second.get('gone')).toBeUndefined()
    await second.invalidateTags(['t'])
    expect(await second.get('kept')).toBeUndefined()
    await second.close()
  })

  it('loses no key of a pattern to its pages', async () => {
    const cache = over(open())
    await cache.clear()
    await cache.setMany(Array.from({ length: 100 }, (_, n) => [`user:${n}`, n] as const))
    await cache.set('other', 1)
    expect(await cache.deletePattern('user:*')).toBe(100)
    expect(await cache.getMany(['user:1', 'user:99', 'other'])).toEqual(new Map([['other', 1]]))
    await cache.close()
  })
})

describe('Memcached', () => {
  let server: MemcachedServer
  beforeAll(async () => {
    server = await startMemcached()
  })
  afterAll(() => server?.stop())
  const open = () => over(new KeyvMemcache(server.address, { retries: 1, timeout: 1 } as never))

  it('keeps values as they went in, and tags', async () => {
    const cache = open()
    await cache.set('a', new Map([['when', new Date(5)]]), { ttl: '1m', tags: ['t'] })
    await cache.set('b', 2n)
    expect([await cache.get('a'), await cache.get('b')]).toEqual([new Map([['when', new Date(5)]]), 2n])
    await cache.invalidateTags(['t'])
    expect([await cache.get('a'), await cache.get('b')]).toEqual([undefined, 2n])
    expect(await cache.delete('b')).toBe(true)
    expect(await cache.delete('b')).toBe(false)
    await cache.close()
  })

  it('loads once for all callers, and never stores what was invalidated meanwhile', async () => {
    const cache = open()
    let loads = 0
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => cache.getOrSet('k', () => ++loads))))).toEqual(
      new Set([1]),
    )
    let go = (): void => undefined
    const reading = new Promise<void>((resolve) => {
      go = resolve
    })
    const old = cache.getOrSet('j', async () => {
      ++loads
      await reading
      return 'old'
    })
    await expect.poll(() => loads).toBe(2)
    await cache.delete('j')
    go()
    await old
    expect(await cache.get('j')).not.toBe('old')
    await cache.close()
  })

  it('says what it cannot: patterns, and values above its limit', async () => {
    const cache = open()
    await expect(cache.deletePattern('a*')).rejects.toMatchObject({ code: 'E_UNSUPPORTED' })
    await expect(cache.set('large', 'x'.repeat(2_000_000))).rejects.toMatchObject({ name: 'CacheError' })
    // Its client may never answer a read of so long a key.
    const long = 'x'.repeat(300)
    expect(await cache.getOrSet(long, () => 'loaded')).toBe('loaded')
    await expect(cache.delete(long)).rejects.toMatchObject({ name: 'CacheError' })
    await cache.close()
  })

  it('away: reads miss, an invalidation rejects', async () => {
    const cache = open()
    await cache.set('k', 1)
    await server.stop()
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    await expect(cache.delete('k')).rejects.toMatchObject({ name: 'CacheError' })
    await cache.close()
  })
})
