import { setTimeout as sleep } from 'node:timers/promises'
import { createCache, isCacheError } from '@holdfast/cache-core'
import { RedisBackend } from '@holdfast/cache-redis'
import { Cluster, Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { startRedis } from '../../../test/redis-server/index.js'
import { cacheOn } from './support/caches.js'

const failure = (call: Promise<unknown>): Promise<{ code: string; message: string }> =>
  call.then(
    () => ({ code: 'it succeeded', message: '' }),
    (error: unknown) => {
      expect(isCacheError(error)).toBe(true)
      return error as { code: string; message: string }
    },
  )

describe('a Redis that cannot be used', () => {
  it('with a password: is used with it, and refuses without or with a wrong one', async () => {
    const server = await startRedis({ password: 'se:cr/et' })
    const { host, port } = server
    try {
      const right = cacheOn({ host, port, password: 'se:cr/et' })
      await right.set('k', 1)
      expect(await right.get('k')).toBe(1)
      const byUrl = cacheOn({ url: `redis://:${encodeURIComponent('se:cr/et')}@${host}:${port}` })
      expect(await byUrl.get('k')).toBe(1)
      for (const password of ['wrong', undefined]) {
        const started = performance.now()
        const wrong = cacheOn({ host, port, ...(password !== undefined && { password }) })
        const error = await failure(wrong.set('k', 2))
        expect(error.code).toBe('E_AUTH')
        expect(error.message).toContain('Check user, password')
        expect(error.message).not.toContain('se:cr/et')
        expect((await failure(wrong.delete('k'))).code).toBe('E_AUTH')
        expect(await wrong.get('k')).toBeUndefined()
        expect(await wrong.getOrSet('k', () => 'loaded')).toBe('loaded')
        expect((await wrong.health()).status).toBe('degraded')
        expect(performance.now() - started).toBeLessThan(5000)
      }
    } finally {
      await server.stop()
    }
  })

  it('that is not there: reads miss, loads load, invalidations reject, nothing hangs', async () => {
    const cache = cacheOn({ host: '127.0.0.1', port: 1 })
    const started = performance.now()
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.getMany(['a', 'b'])).toEqual(new Map())
    let loads = 0
    const load = async () => (await sleep(20), ++loads)
    await Promise.all(Array.from({ length: 20 }, () => cache.getOrSet('k', load)))
    expect(loads).toBe(1)
    for (const call of [
      () => cache.set('k', 1),
      () => cache.delete('k'),
      () => cache.deletePattern('*'),
      () => cache.invalidateTags(['t']),
      () => cache.clear(),
      () => cache.touch('k', 1),
    ]) {
      const error = await failure(call())
      expect(error.code).toBe('E_UNAVAILABLE')
      expect(error.message).toContain('ECONNREFUSED')
    }
    expect(await cache.health()).toMatchObject({ status: 'degraded', backend: { detail: { code: 'E_UNAVAILABLE' } } })
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('that dies: calls fail fast and it is used again when it is back', async () => {
    const server = await startRedis({ own: true })
    const cache = createCache({ backend: new RedisBackend({ host: server.host, port: server.port }) })
    try {
      await cache.set('k', 1)
      await server.kill()
      const started = performance.now()
      expect(await cache.get('k')).toBeUndefined()
      expect((await failure(cache.invalidateTags(['t']))).code).toBe('E_UNAVAILABLE')
      expect(await cache.getOrSet('k', () => 2)).toBe(2)
      expect(performance.now() - started).toBeLessThan(1000)
      await server.restart()
      for (let turn = 0; turn < 100 && (await cache.health()).status !== 'up'; turn++) await sleep(50)
      expect(await cache.getOrSet('k', () => 3)).toBe(3)
      expect(await cache.get('k')).toBe(3)
    } finally {
      await cache.close()
      await server.stop()
    }
  })

  it('that freezes: what it hears too late it does not do', async () => {
    const server = await startRedis({ own: true })
    const { host, port } = server
    const [hasty, other] = [
      cacheOn({ host, port, writeDeadline: '300ms', readDeadline: '300ms' }),
      cacheOn({ host, port }),
    ]
    try {
      await hasty.set('written', 'old')
      await hasty.getOrSet('loaded', () => 'old')
      await other.deleteMany(['written', 'loaded'])
      await server.freeze()
      expect((await failure(hasty.set('written', 'late'))).code).toBe('E_TIMEOUT')
      expect(await hasty.getOrSet('loaded', () => 'late')).toBe('late')
      await server.thaw()
      // Whatever lay in the socket is carried out before this is answered.
      await hasty.health()
      expect(await other.get('written')).toBeUndefined()
      // A lease that nobody holds would make this wait.
      const began = performance.now()
      expect(await other.getOrSet('loaded', () => 'new')).toBe('new')
      expect(performance.now() - began).toBeLessThan(900)
      await hasty.set('written', 'new')
      expect(await other.get('written')).toBe('new')
    } finally {
      await server.stop()
    }
  })

  it("is never closed when it is the user's own client", async () => {
    const server = await startRedis({ own: true })
    const client = new Redis({ host: server.host, port: server.port, lazyConnect: true })
    try {
      const cache = createCache({ backend: new RedisBackend({ client }) })
      expect(await cache.getOrSet('k', () => 1)).toBe(1)
      await cache.close()
      expect(await client.ping()).toBe('PONG')
      expect((await failure(cache.get('k'))).code).toBe('E_CLOSED')
    } finally {
      client.disconnect()
      await server.stop()
    }
  })

  it('refuses values that cannot be kept, and keeps serving', async () => {
    const server = await startRedis({ own: true })
    try {
      const cache = cacheOn({ host: server.host, port: server.port, maxValueBytes: 1000 })
      for (const value of [() => 1, Symbol('s'), { deep: [{ f() {} }] }, new WeakMap()]) {
        expect((await failure(cache.set('k', value))).code).toBe('E_SERIALIZE')
        expect((await failure(cache.getOrSet<unknown>('k', () => value))).code).toBe('E_SERIALIZE')
      }
      expect((await failure(cache.set('k', Promise.resolve(1)))).code).toBe('E_SERIALIZE')
      expect((await failure(cache.set('k', 'x'.repeat(2000)))).code).toBe('E_TOO_LARGE')
      expect(await cache.getOrSet('k', () => 'x'.repeat(2000))).toHaveLength(2000)
      expect(await cache.getOrSet('k', () => 'fine')).toBe('fine')
    } finally {
      await server.stop()
    }
  })
})

describe('settings that cannot be kept are refused at once', () => {
  const wrong: [string, unknown][] = [
    ['no object', null],
    ['an unknown option', { prot: 6379 }],
    ['a url that is none', { url: 'localhost' }],
    ['a url whose database is no number', { url: 'redis://localhost/abc' }],
    ['url and host', { url: 'redis://localhost', host: 'localhost' }],
    ['a port out of range', { port: 70_000 }],
    ['an empty prefix', { prefix: '' }],
    ['a prefix that is too long', { prefix: 'p'.repeat(65) }],
    ['a client that is none', { client: {} }],
    ['url and cluster', { url: 'redis://localhost', cluster: { nodes: ['a:1'] } }],
    ['a cluster and a database', { cluster: { nodes: ['a:1'] }, db: 1 }],
    ['a cluster without servers', { cluster: { nodes: [] } }],
    ['a cluster with a server that is none', { cluster: { nodes: ['localhost'] } }],
    ['an unknown setting of a cluster', { cluster: { nodes: ['a:1'], node: 1 } }],
    ['a map of addresses that is none', { cluster: { nodes: ['a:1'], natMap: { 'a:1': 'b' } } }],
    ['sentinels and a host', { sentinel: { nodes: ['a:1'] }, host: 'b' }],
    ['no sentinels', { sentinel: { nodes: [] } }],
    ['sentinels without a name', { sentinel: { nodes: ['a:1'], name: '' } }],
    ['an unknown setting of sentinels', { sentinel: { nodes: ['a:1'], master: 'm' } }],
    ['no partitions', { partitions: 0 }],
    ['too many partitions', { partitions: 1025 }],
    ['a password that is no text', { password: 5 }],
    ['tls that is neither on nor off', { tls: 'yes' }],
    ['a codec that is none', { codec: {} }],
    ['a clock that is none', { clock: {} }],
    ['a lifetime that is none', { readDeadline: 0 }],
  ]
  it.each(wrong)('%s', (_, options) => {
    expect(() => new RedisBackend(options as never)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
  })

  it('a client whose own settings would break promises', () => {
    for (const settings of [{ keyPrefix: 'x:' }, { enableAutoPipelining: true }, { stringNumbers: true }]) {
      const client = new Redis({ lazyConnect: true, ...settings })
      expect(() => new RedisBackend({ client })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
      client.disconnect()
    }
    for (const settings of [
      { redisOptions: { keyPrefix: 'x:' } },
      { enableAutoPipelining: true },
      { scaleReads: 'slave' as const },
    ]) {
      const client = new Cluster([{ port: 1 }], { lazyConnect: true, ...settings })
      expect(() => new RedisBackend({ client })).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
      client.disconnect()
    }
  })
})
