import { randomUUID } from 'node:crypto'
import { announced, type CacheService, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend, type RedisOptions } from '@holdfast/cache-redis'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RedisCluster, startCluster } from '../redis-server/cluster/index.js'
import { type RedisServer, startRedis } from '../redis-server/index.js'

/** Near caches over servers that refuse CLIENT TRACKING: whoever changes something says so on a bus. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const SOON = { timeout: 5000, interval: 2 }
const nearOf = async (cache: CacheService): Promise<unknown> => (await cache.health()).backend.detail['near']

function open(options: RedisOptions, how: 'announced' | 'tracked' = 'announced'): CacheService {
  const redis = new RedisBackend(options)
  const backend = how === 'announced' ? announced(redis, redis.bus()) : redis
  const cache = createCache({ backend, near: new MemoryBackend(), jitter: 0 })
  cleanups.push(() => cache.close())
  return cache
}

async function two(options: RedisOptions): Promise<[CacheService, CacheService]> {
  const prefix = `announced-${randomUUID()}`
  const both: [CacheService, CacheService] = [open({ ...options, prefix }), open({ ...options, prefix })]
  for (const cache of both) await expect.poll(() => nearOf(cache), SOON).toBe('on')
  return both
}

/** Holds a copy: the second read finds what the first has fetched. */
const copied = async (cache: CacheService, key: string, value: unknown): Promise<void> => {
  await expect.poll(async () => (await cache.get(key)) !== undefined && cache.peek(key), SOON).toEqual(value)
}

let server: RedisServer
let admin: Redis
let modest: RedisOptions
beforeEach(async () => {
  server = await startRedis({ own: true })
  cleanups.push(() => server.stop())
  admin = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20 })
  admin.on('error', () => undefined)
  cleanups.push(() => admin.disconnect())
  await admin.call('ACL', 'SETUSER', 'modest', 'on', '>secret', '~*', '&*', '+@all', '-client|tracking')
  modest = { host: server.host, port: server.port, username: 'modest', password: 'secret' }
})

const CHANGES: [string, (cache: CacheService) => Promise<unknown>, unknown][] = [
  ['set', (cache) => cache.set('user:1', 'new'), 'new'],
  ['setMany', (cache) => cache.setMany({ 'user:1': 'new' }), 'new'],
  ['delete', (cache) => cache.delete('user:1'), undefined],
  ['deleteMany', (cache) => cache.deleteMany(['user:1', 'user:2']), undefined],
  ['deletePattern', (cache) => cache.deletePattern('user:*'), undefined],
  ['invalidateTags', (cache) => cache.invalidateTags(['users']), undefined],
  ['expire', (cache) => cache.expire('user:1'), undefined],
  ['expireTags', (cache) => cache.expireTags(['users']), undefined],
  ['clear', (cache) => cache.clear(), undefined],
]

it('without a bus there are no copies, and health says why', async () => {
  const cache = open(modest, 'tracked')
  await cache.set('k', 1)
  await expect.poll(() => nearOf(cache), SOON).toMatch(/NOPERM/)
  expect(await cache.get('k')).toBe(1)
  expect(cache.peek('k')).toBeUndefined()
})

it.each(CHANGES)('%s by another process is seen', async (_, change, after) => {
  const [a, b] = await two(modest)
  await a.set('user:1', 'old', { tags: ['users'] })
  await copied(b, 'user:1', 'old')
  await change(a)
  await expect.poll(() => b.get('user:1'), SOON).toBe(after)
})

it('a link that is cut while another process invalidates: nothing stale after it is back', async () => {
  const [a, b] = await two(modest)
  for (let round = 0; round < 10; round++) {
    await a.set('k', `old ${round}`, { tags: ['t'] })
    await expect.poll(() => b.get('k'), SOON).toBe(`old ${round}`)
    await Promise.all([
      admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
      round % 2 ? a.delete('k') : a.invalidateTags(['t']),
    ])
    await expect.poll(() => nearOf(b), SOON).toBe('on')
    expect(await b.get('k')).toBeUndefined()
  }
})

it('a server that falls silent: copies are dropped when a heartbeat fails, and are back when it speaks', async () => {
  const [, b] = await two(modest)
  await b.set('k', 1)
  await copied(b, 'k', 1)
  await server.freeze()
  await expect.poll(() => b.peek('k'), SOON).toBeUndefined()
  await server.thaw()
  await expect.poll(() => nearOf(b), { timeout: 10_000 }).toBe('on')
})

it('what was done and could not be announced rejects, and is tried again', async () => {
  const [a, b] = await two(modest)
  await a.set('k', 'old')
  await copied(b, 'k', 'old')
  await admin.call('ACL', 'SETUSER', 'modest', '-publish')
  await expect(a.delete('k')).rejects.toMatchObject({
    code: 'E_INVALIDATION_PARTIAL',
    outcome: 'applied-partially',
    message: expect.stringContaining('announced'),
  })
  expect(await b.get('k'), 'b has not heard').toBe('old')
  expect(await a.get('k')).toBeUndefined()
  await admin.call('ACL', 'SETUSER', 'modest', '+publish')
  await expect.poll(() => b.get('k'), { timeout: 10_000 }).toBeUndefined()
  await expect.poll(async () => (await a.health()).backend.detail['owedInvalidations']).toBeUndefined()
})

it('what is not understood stands for any change', async () => {
  const [a, b] = await two({ ...modest })
  await a.set('k', 1)
  await copied(b, 'k', 1)
  const [channel] = (await admin.pubsub('CHANNELS', 'announced-*:c')) as string[]
  for (const message of ['{', 'null', '{"keys":[1]}', '{"later":{}}']) {
    await copied(b, 'k', 1)
    await admin.publish(channel as string, message)
    await expect.poll(() => b.peek('k'), SOON).toBeUndefined()
  }
})

describe('over a cluster', () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startCluster({ nodeTimeoutMs: 2000 })
  })
  afterAll(() => cluster?.stop())

  it('is heard whichever server tells, also after that one has died', async () => {
    const [a, b] = await two({ cluster: { nodes: cluster.nodes } })
    // What was set just before a change of the master was noticed is removed with the rest: it is set again.
    const stored = (round: string) =>
      a.set('k', round).then(
        () => b.get('k'),
        () => undefined,
      )
    const seen = (round: string) => expect.poll(() => stored(round), { timeout: 20_000 }).toBe(round)
    await seen('first')
    await copied(b, 'k', 'first')
    await seen('second')
    for (const port of cluster.ports.slice(0, 2)) {
      await cluster.kill(port)
      await seen(`without ${port}`)
      await expect.poll(() => nearOf(b), { timeout: 15_000 }).toBe('on')
      await seen(`later without ${port}`)
      await cluster.restart(port)
    }
  })
})
