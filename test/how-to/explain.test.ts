import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'
import { describe, expect, inject, it } from 'vitest'

describe.each([
  ['memory', () => createCache({ backend: new MemoryBackend(), jitter: 0 })],
  [
    'redis',
    () =>
      createCache({
        backend: new RedisBackend({ url: inject('redisUrl'), prefix: `explain-${randomUUID()}` }),
        jitter: 0,
      }),
  ],
] as const)('explain on %s', (_, open) => {
  it('tells why the next read hits or misses', async () => {
    const cache = open()
    expect(await cache.explain('k')).toMatchObject({
      key: 'k',
      state: 'absent',
      tags: [],
      lease: undefined,
      why: expect.stringContaining('nothing is stored'),
    })
    await cache.set('k', 1, { ttl: 60, grace: 60, tags: ['a', 'b'] })
    const fresh = await cache.explain('k')
    expect(fresh).toMatchObject({
      state: 'fresh',
      tags: [
        { tag: 'a', state: 'valid' },
        { tag: 'b', state: 'valid' },
      ],
    })
    expect(fresh.freshFor).toBeGreaterThan(50)
    expect(fresh.keptFor).toBeGreaterThan(110)
    await cache.expireTags(['b'])
    expect(await cache.explain('k')).toMatchObject({
      state: 'stale',
      why: expect.stringContaining('its tag b was expired'),
      tags: [
        { tag: 'a', state: 'valid' },
        { tag: 'b', state: 'expired' },
      ],
    })
    await cache.invalidateTags(['a'])
    expect(await cache.explain('k')).toMatchObject({ state: 'absent', why: expect.stringContaining('invalidated') })
    const loading = cache.getOrSet('k', () => sleep(80))
    await sleep(30)
    expect((await cache.explain('k')).lease?.leaseMs).toBeGreaterThan(1000)
    await loading
    expect((await cache.explain('k')).lease).toBeUndefined()
    expect(cache.stats().hits).toBe(0)
    await cache.close()
  })
})
