import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BackendHealth, createCache, isCacheError } from '@holdfast/cache-core'
import { recordingRecorder } from '@holdfast/cache-core/testing'
import { type RedisOptions as Options, RedisBackend } from '@holdfast/cache-redis'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../../../test/redis-server/index.js'
import { cacheOn } from './support/caches.js'

/** Every code that a server can cause, caused by a real one. Cluster codes: cluster/cluster.test.ts; ACLs: acl.test.ts. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function server(...args: string[]): Promise<{ readonly server: RedisServer; readonly admin: Redis }> {
  const started = await startRedis({ own: true, args })
  cleanups.push(() => started.stop())
  const admin = new Redis(started.url)
  admin.on('error', () => undefined)
  cleanups.push(() => admin.disconnect())
  return { server: started, admin }
}

const open = (options: Options) => cacheOn({ prefix: `errors-${randomUUID()}`, ...options })

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => 'it succeeded',
    (reason: unknown) => reason,
  )
  if (!isCacheError(error)) return error
  // What was wrong, and what to do.
  expect(error.message).toMatch(/\. \S.*\.$/s)
  return { code: error.code, outcome: error.outcome, retryable: error.retryable }
}

it('E_OOM: the server is full and may not evict; reads and invalidations go on, a pattern refuses running loads', async () => {
  const { server: redis, admin } = await server('--maxmemory-policy', 'noeviction')
  const cache = open({ url: redis.url })
  await cache.set('k', 'v', { tags: ['t'] })
  let finish = (): void => undefined
  const load = cache.getOrSet('user:1', () => new Promise<string>((resolve) => (finish = () => resolve('old'))))
  await expect.poll(() => cache.stats().loads).toBe(1)
  await admin.config('SET', 'maxmemory', '1')
  expect(await codeOf(cache.set('other', 'x'))).toEqual({ code: 'E_OOM', outcome: 'not-applied', retryable: true })
  expect(await cache.get('k')).toBe('v')
  expect(await cache.getOrSet('new', () => 'loaded')).toBe('loaded')
  await cache.deletePattern('user:*')
  await cache.invalidateTags(['t'])
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.delete('k')).toBe(false)
  await cache.clear()
  await admin.config('SET', 'maxmemory', '0')
  finish()
  expect(await load).toBe('old')
  expect(await cache.get('user:1')).toBeUndefined()
})

it('E_READONLY: a replica', async () => {
  const { server: primary } = await server()
  const { server: replica, admin } = await server()
  await admin.call('REPLICAOF', '127.0.0.1', String(primary.port))
  const cache = open({ url: replica.url })
  const calls = [
    () => cache.set('k', 1),
    () => cache.delete('k'),
    () => cache.invalidateTags(['t']),
    () => cache.clear(),
  ]
  for (const call of calls) {
    // Each refusal makes the connection anew, in case the primary has moved.
    await expect.poll(() => codeOf(call())).toMatchObject({ code: 'E_READONLY', outcome: 'not-applied' })
  }
  expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
})

it('E_MISCONF: the server wants replicas that are not there', async () => {
  const { server: redis, admin } = await server()
  const cache = open({ url: redis.url })
  await cache.set('k', 1)
  await admin.config('SET', 'min-replicas-to-write', '1')
  expect(await codeOf(cache.set('k', 2))).toEqual({ code: 'E_MISCONF', outcome: 'not-applied', retryable: true })
  expect(await codeOf(cache.delete('k'))).toMatchObject({ code: 'E_MISCONF' })
  expect(await cache.get('k')).toBeUndefined()
  await admin.config('SET', 'min-replicas-to-write', '0')
  await cache.delete('k')
})

it('E_SCRIPT: somebody else writes another type under the prefix', async () => {
  const { server: redis, admin } = await server()
  const cache = createCache({ backend: new RedisBackend({ url: redis.url, prefix: 'app' }) })
  cleanups.push(() => cache.close())
  await cache.set('k', 'v')
  await admin.del('app:v:k', 'app:e')
  await admin.lpush('app:v:k', 'a list')
  await admin.lpush('app:e', 'a list')
  expect(await codeOf(cache.set('k', 'v'))).toEqual({ code: 'E_SCRIPT', outcome: 'not-applied', retryable: false })
  expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
  // An invalidation removes what is in the way.
  await cache.clear()
  expect(await cache.delete('k')).toBe(false)
  await cache.set('k', 'v')
  expect(await cache.get('k')).toBe('v')
})

it('E_AUTH: a wrong password, none, and a user who may not', async () => {
  const locked = await startRedis({ own: true, password: 'secret' })
  cleanups.push(() => locked.stop())
  const { host, port } = locked
  for (const password of [undefined, 'wrong']) {
    const cache = open({ host, port, ...(password !== undefined && { password }), startupWait: '1s' })
    expect(await codeOf(cache.set('k', 1))).toMatchObject({ code: 'E_AUTH', retryable: false })
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
  }
})

it('E_UNAVAILABLE and E_TIMEOUT: no server, and one that does not answer', async () => {
  const { server: redis } = await server()
  const limits = { readDeadline: '200ms', writeDeadline: '300ms', invalidateDeadline: '400ms' }
  const cache = open({ url: redis.url, ...limits })
  await cache.set('k', 1)
  await redis.freeze()
  expect(await codeOf(cache.set('k', 2))).toEqual({ code: 'E_TIMEOUT', outcome: 'unknown', retryable: true })
  expect(await codeOf(cache.delete('k'))).toEqual({ code: 'E_TIMEOUT', outcome: 'unknown', retryable: true })
  await redis.thaw()
  await redis.stop()
  await expect
    .poll(async () => (await codeOf(cache.set('k', 2))) as { code: string })
    .toMatchObject({
      code: 'E_UNAVAILABLE',
      retryable: true,
    })
})

it('E_UNAVAILABLE: a server that is busy with a script', async () => {
  const { server: redis, admin } = await server('--busy-reply-threshold', '50')
  const cache = open({ url: redis.url, invalidateDeadline: '3s' })
  await cache.set('k', 1)
  const killer = new Redis(redis.url)
  cleanups.push(() => killer.disconnect())
  await killer.ping()
  const busy = admin.eval('while true do end', 0).catch(() => undefined)
  await expect
    .poll(() => codeOf(cache.delete('k')), { timeout: 5000 })
    .toMatchObject({ code: 'E_UNAVAILABLE', outcome: 'not-applied', retryable: true })
  await killer.call('SCRIPT', 'KILL')
  await busy
  expect(await cache.delete('k')).toBeTypeOf('boolean')
})

it('E_TOO_LARGE and E_SERIALIZE: the value, before anything is sent', async () => {
  const { server: redis } = await server()
  const cache = open({ url: redis.url, maxValueBytes: 100 })
  expect(await codeOf(cache.set('k', 'x'.repeat(200)))).toMatchObject({ code: 'E_TOO_LARGE', outcome: 'not-applied' })
  expect(await codeOf(cache.set('k', () => 1))).toMatchObject({ code: 'E_SERIALIZE', outcome: 'not-applied' })
  expect(await cache.getOrSet('k', () => 'x'.repeat(200))).toHaveLength(200)
})

it('E_PROTOCOL: a server that hides commands, and one that is no Redis', async () => {
  const { server: redis } = await server('--rename-command', 'EVALSHA', '')
  const cache = open({ url: redis.url })
  expect(await codeOf(cache.delete('k'))).toEqual({ code: 'E_PROTOCOL', outcome: 'not-applied', retryable: false })
  expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')

  const web = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  await once(web, 'listening')
  cleanups.push(
    () => web.closeAllConnections(),
    () => web.close(),
  )
  const lost = open({ host: '127.0.0.1', port: (web.address() as AddressInfo).port, startupWait: '500ms' })
  expect(await codeOf(lost.delete('k'))).toMatchObject({ code: 'E_PROTOCOL' })
  expect(await lost.getOrSet('k', () => 'loaded')).toBe('loaded')
})

it('what was found is told when the cache is made, with warnings', async () => {
  const { server: redis } = await server('--maxmemory', '100mb', '--maxmemory-policy', 'noeviction')
  const recorder = recordingRecorder()
  const client = new Redis(redis.url)
  cleanups.push(() => client.disconnect())
  const cache = createCache({ backend: new RedisBackend({ client, prefix: 'app' }), recorder })
  cleanups.push(() => cache.close())
  await expect.poll(() => recorder.events.map(({ type }) => type)).toContain('started')
  const { detail } = (recorder.events.find(({ type }) => type === 'started') as { health: BackendHealth }).health
  expect(detail).toMatchObject({ mode: 'standalone', maxMemory: 100 * 2 ** 20, maxMemoryPolicy: 'noeviction' })
  expect(detail['warnings']).toEqual([
    expect.stringContaining('noeviction'),
    expect.stringContaining('autoResendUnfulfilledCommands'),
    expect.stringContaining('socketTimeout'),
  ])
})

it('E_CLOSED: after close', async () => {
  const { server: redis } = await server()
  const cache = open({ url: redis.url })
  await cache.close()
  expect(await codeOf(cache.delete('k'))).toMatchObject({ code: 'E_CLOSED' })
})
