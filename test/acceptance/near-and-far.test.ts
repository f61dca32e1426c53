import { randomUUID } from 'node:crypto'
import { type CacheService, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { Redis as Valkey } from 'iovalkey'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { startRedis } from '../redis-server/index.js'

/** Process memory before Redis: two nodes, each with copies of its own. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const SOON = { timeout: 5000, interval: 2 }

async function node(url: string, prefix: string, client?: unknown): Promise<CacheService> {
  const backend = new RedisBackend(client === undefined ? { url, prefix } : { client: client as never, prefix })
  const cache = createCache({ backend, near: new MemoryBackend(), jitter: 0 })
  cleanups.push(() => cache.close())
  await expect.poll(async () => (await cache.health()).backend.detail['near'], SOON).toBe('on')
  return cache
}

it('the link that tells of changes is cut while another node invalidates: nothing stale after it is back', async () => {
  const server = await startRedis({ own: true })
  cleanups.push(() => server.stop())
  const admin = new Redis(server.url)
  cleanups.push(() => admin.disconnect())
  const [a, b] = [await node(server.url, 'app'), await node(server.url, 'app')]
  for (let round = 0; round < 20; round++) {
    await a.set('k', `old ${round}`, { tags: ['t'] })
    await expect.poll(() => b.get('k'), SOON).toBe(`old ${round}`)
    // The link of b is down when a invalidates, so b is never told.
    await Promise.all([
      admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
      round % 2 ? a.delete('k') : a.invalidateTags(['t']),
    ])
    await expect.poll(() => b.get('k'), SOON).toBeUndefined()
    await expect.poll(async () => (await b.health()).backend.detail['near'], SOON).toBe('on')
    expect(await b.get('k')).toBeUndefined()
  }
})

it('a copy never outlives its value in Redis', async () => {
  const url = inject('redisUrl')
  const prefix = `acceptance-${randomUUID()}`
  const [a, b] = [await node(url, prefix), await node(url, prefix)]
  await a.set('k', 'short', { ttl: '300ms' })
  expect(await b.getOrSet('k', () => 'unused', { ttl: 60 })).toBe('short')
  const admin = new Redis(url)
  cleanups.push(() => admin.disconnect())
  await expect.poll(() => admin.exists(`${prefix}:v:k`), SOON).toBe(0)
  expect(await b.get('k')).toBeUndefined()
})

it('what has no copy is read from Redis: no loader runs for what another node has stored', async () => {
  const url = inject('redisUrl')
  const prefix = `acceptance-${randomUUID()}`
  const [a, b] = [await node(url, prefix), await node(url, prefix)]
  await a.set('k', 'there')
  expect(b.peek('k')).toBeUndefined()
  expect(await b.getOrSet('k', () => 'loaded for nothing')).toBe('there')
  expect(await b.getOrSet('k', () => 'loaded for nothing', { staleWhileRevalidate: 60 })).toBe('there')
  expect(b.stats().loads).toBe(0)
})

it('clear reaches the copies of the other node', async () => {
  const url = inject('redisUrl')
  const prefix = `acceptance-${randomUUID()}`
  const [a, b] = [await node(url, prefix), await node(url, prefix)]
  await a.setMany({ 'x:1': 1, 'x:2': 2, y: 3 })
  expect((await b.getMany(['x:1', 'x:2', 'y'])).size).toBe(3)
  await a.namespace('x').clear()
  await expect.poll(() => b.getMany(['x:1', 'x:2', 'y']), SOON).toEqual(new Map([['y', 3]]))
  await a.clear()
  await expect.poll(() => b.get('y'), SOON).toBeUndefined()
})

describe.each([
  ['ioredis 5', Redis5],
  ['ioredis 6', Redis],
  ['iovalkey', Valkey],
])('copies are kept true over a client of the user: %s', (_, Client) => {
  it('another node changes, deletes, invalidates a tag: seen at once', async () => {
    const url = inject('redisUrl')
    const prefix = `acceptance-${randomUUID()}`
    const client = new (Client as typeof Redis)(url)
    cleanups.push(() => client.disconnect())
    const [a, b] = [await node(url, prefix), await node(url, prefix, client)]
    for (const [change, expected] of [
      [() => a.set('k', 'new', { tags: ['t'] }), 'new'],
      [() => a.invalidateTags(['t']), undefined],
      [() => a.set('k', 'again'), 'again'],
      [() => a.delete('k'), undefined],
    ] as const) {
      await b.get('k')
      await change()
      await expect.poll(() => b.get('k'), SOON).toBe(expected)
    }
  })
})
