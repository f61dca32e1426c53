import { randomUUID } from 'node:crypto'
import type { CacheService } from '@holdfast/cache-core'
import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import { startProxy } from '../../../test/acceptance/proxy.js'
import { startRedis } from '../../../test/redis-server/index.js'
import { Commands } from '../src/connection/commands.js'
import { Connection } from '../src/connection/connection.js'
import { timedOut } from '../src/errors.js'
import { Keyspace } from '../src/keyspace.js'
import { checkRedisOptions } from '../src/options.js'
import { ServerWatch } from '../src/server-watch.js'
import { cacheOn } from './support/caches.js'

/** A server that comes back as it was some time ago, and leases that nobody could give back. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function server() {
  const redis = await startRedis({ own: true, args: ['--dbfilename', `replaced-${randomUUID()}.rdb`] })
  cleanups.push(() => redis.stop())
  const admin = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 })
  admin.on('error', () => undefined)
  cleanups.push(() => admin.disconnect())
  return { redis, admin }
}

const CHANGES: [string, (cache: CacheService) => Promise<unknown>][] = [
  ['delete', (cache) => cache.delete('user:1')],
  ['invalidateTags', (cache) => cache.invalidateTags(['users'])],
  ['deletePattern', (cache) => cache.deletePattern('user:*')],
  ['clear', (cache) => cache.clear()],
]

it.each(CHANGES)(
  'a %s that the server has forgotten with its memory is repeated before anything is read',
  async (_, change) => {
    const { redis, admin } = await server()
    const prefix = `replaced-${randomUUID()}`
    const [one, two] = [cacheOn({ url: redis.url, prefix }), cacheOn({ url: redis.url, prefix })]
    await one.set('user:1', 'old', { tags: ['users'] })
    expect(await two.get('user:1')).toBe('old')
    await admin.save()
    await change(one)
    await redis.restart()
    // The copy on the disk has it.
    await expect.poll(() => admin.exists(`${prefix}:v:user:1`)).toBe(1)
    await expect.poll(() => one.health(), { interval: 5 }).toMatchObject({ status: 'up' })
    expect(await one.get('user:1')).toBeUndefined()
    // Another process hears of it as soon as the first one has reached the server.
    await expect.poll(() => two.get('user:1'), { interval: 5 }).toBeUndefined()
    await expect.poll(async () => (await one.health()).backend.detail['owedInvalidations']).toBeUndefined()
    await one.set('user:1', 'new')
    await expect.poll(() => two.get('user:1'), { interval: 5 }).toBe('new')
  },
)

it('a user who may not ask which server it is repeats after every new connection', async () => {
  const { redis, admin } = await server()
  await admin.call('ACL', 'SETUSER', 'modest', 'on', '>secret', '~*', '&*', '+@all', '-info')
  const prefix = `replaced-${randomUUID()}`
  const options = { host: redis.host, port: redis.port, username: 'modest', password: 'secret', prefix }
  const cache = cacheOn(options)
  await cache.set('other', 1)
  await cache.set('user:1', 'old')
  await cache.delete('user:1')
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  // What was set in the very moment of the new connection may be removed with the rest.
  const kept = async () => {
    await cache.set('user:1', 'new').catch(() => undefined)
    return cache.get('user:1')
  }
  await expect.poll(kept).toBe('new')
})

it('a lease that could not be given back is given back when the server can be reached again', async () => {
  const { redis } = await server()
  const wire = await startProxy(redis.port)
  cleanups.push(() => wire.close())
  const prefix = `replaced-${randomUUID()}`
  const cut = cacheOn({ host: '127.0.0.1', port: wire.port, prefix })
  const other = cacheOn({ url: redis.url, prefix })
  let finish = (): void => undefined
  const load = cut.getOrSet('k', () => new Promise<string>((resolve) => (finish = () => resolve('unkept'))))
  await expect.poll(() => cut.stats().loads).toBe(1)
  wire.refuse()
  finish()
  expect(await load).toBe('unkept')
  const began = performance.now()
  const waiting = other.getOrSet('k', () => 'loaded')
  setTimeout(() => wire.heal(), 1500)
  expect(await waiting).toBe('loaded')
  const waited = performance.now() - began
  // Neither the thirty seconds of the lease nor the ten of the longest wait.
  expect(waited).toBeGreaterThan(1000)
  expect(waited).toBeLessThan(6000)
})

it('a lease that the server would not take back is given back when it does', async () => {
  const { redis, admin } = await server()
  const prefix = `replaced-${randomUUID()}`
  const one = cacheOn({ url: redis.url, prefix })
  let finish = (): void => undefined
  const load = one.getOrSet('k', () => new Promise<string>((resolve) => (finish = () => resolve('unkept'))))
  await expect.poll(() => one.stats().loads).toBe(1)
  await admin.config('SET', 'requirepass', 'secret')
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await expect.poll(() => one.delete('other').catch(({ code }) => code), { interval: 5 }).toBe('E_AUTH')
  finish()
  expect(await load).toBe('unkept')
  const refusals = async () => Number(/errorstat_NOAUTH:count=(\d+)/.exec(await admin.info('errorstats'))?.[1])
  const before = await refusals()
  await expect.poll(refusals, { timeout: 5000 }).toBeGreaterThan(before + 3)
  await admin.config('SET', 'requirepass', '')
  await expect.poll(() => one.health(), { timeout: 5000 }).toMatchObject({ status: 'up' })
  const began = performance.now()
  expect(await one.getOrSet('k', () => 'loaded')).toBe('loaded')
  expect(performance.now() - began).toBeLessThan(4000)
})

it('a lease that ended is given back once more to a server that has not heard of it', async () => {
  const { redis, admin } = await server()
  const prefix = `replaced-${randomUUID()}`
  const one = cacheOn({ url: redis.url, prefix })
  let finish = (): void => undefined
  const load = one.getOrSet('k', () => new Promise<string>((resolve) => (finish = () => resolve('first'))))
  await expect.poll(() => one.stats().loads).toBe(1)
  await admin.save()
  finish()
  expect(await load).toBe('first')
  await redis.restart()
  // The copy on the disk has it.
  await expect.poll(() => admin.exists(`${prefix}:l:k`)).toBe(1)
  await expect.poll(() => one.health(), { interval: 5 }).toMatchObject({ status: 'up' })
  const began = performance.now()
  expect(await one.getOrSet('k', () => 'second')).toBe('second')
  expect(performance.now() - began).toBeLessThan(3000)
  expect(await cacheOn({ url: redis.url, prefix }).get('k')).toBe('second')
})

it('what waited in vain for the server to say who it is was not sent', async () => {
  const { redis } = await server()
  const options = checkRedisOptions({ url: redis.url, prefix: `replaced-${randomUUID()}` })
  const connection = new Connection(options)
  cleanups.push(() => connection.close())
  const watch = new ServerWatch(connection, new Keyspace(options.prefix, options.partitions), options)
  const commands = new Commands(connection, options.clock, watch)
  await commands.send('get', 1000, (client) => client.callBuffer('GET', 'k'))
  connection.checkFirst(() => Promise.reject(timedOut('hello', 2000)))
  let sent = 0
  const sending = commands.send('delete', 1000, async () => sent++)
  await expect(sending).rejects.toMatchObject({ code: 'E_UNAVAILABLE', op: 'delete', outcome: 'not-applied' })
  expect(sent).toBe(0)
})
