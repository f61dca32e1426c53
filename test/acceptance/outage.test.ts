import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CacheService, createCache } from '@holdfast/cache-core'
import { RedisBackend } from '@holdfast/cache-redis'
import { afterEach, expect, inject, it } from 'vitest'
import { startRedis } from '../redis-server/index.js'
import { startProxy } from './proxy.js'

/** Redis absent at boot, dying midway, swallowed by the network: bounded waits, right answers, and no restart needed. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function open(port: number): CacheService {
  const cache = createCache({
    backend: new RedisBackend({ host: '127.0.0.1', port, prefix: `outage-${randomUUID()}` }),
    jitter: 0,
  })
  cleanups.push(() => cache.close())
  return cache
}

/** Fifty callers at a time, for a while. What the slowest of them waited, and whether anybody was refused. */
async function work(cache: CacheService, forMs: number): Promise<{ slowestMs: number; answers: number }> {
  let slowestMs = 0
  let answers = 0
  const until = performance.now() + forMs
  while (performance.now() < until) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const began = performance.now()
        expect(await cache.getOrSet(`k${index % 10}`, async () => (await sleep(5), 'v'))).toBe('v')
        slowestMs = Math.max(slowestMs, performance.now() - began)
        answers++
      }),
    )
    await sleep(10)
  }
  return { slowestMs, answers }
}

const stored = (cache: CacheService) =>
  cache.set('probe', 1).then(
    () => true,
    () => false,
  )

it('absent at boot: callers are served, and Redis is used as soon as it is there', async () => {
  const server = await startRedis({ own: true })
  cleanups.push(() => server.stop())
  await server.kill()
  const cache = open(server.port)
  const { slowestMs } = await work(cache, 500)
  expect(slowestMs).toBeLessThan(3000)
  expect((await cache.health()).status).toBe('degraded')
  await server.restart()
  await expect.poll(() => stored(cache), { timeout: 10_000 }).toBe(true)
  expect((await cache.health()).status).toBe('up')
})

it('dying midway: callers are served, and it is used again when it is back', async () => {
  const server = await startRedis({ own: true })
  cleanups.push(() => server.stop())
  const cache = open(server.port)
  expect((await work(cache, 200)).answers).toBeGreaterThan(0)
  const during = work(cache, 1500)
  await sleep(200)
  await server.kill()
  await sleep(600)
  await server.restart()
  expect((await during).slowestMs).toBeLessThan(3000)
  await expect.poll(() => stored(cache), { timeout: 10_000 }).toBe(true)
})

it('swallowed by the network: no error, no answer; callers are served, and new connections are made', async () => {
  const { port } = new URL(inject('redisUrl'))
  const proxy = await startProxy(Number(port))
  cleanups.push(() => proxy.close())
  const cache = open(proxy.port)
  await work(cache, 200)
  proxy.swallow()
  const { slowestMs } = await work(cache, 3000)
  // A read's deadline, and an acquire's, until the breaker knows.
  expect(slowestMs).toBeLessThan(5000)
  const began = performance.now()
  await expect(cache.delete('k1')).rejects.toMatchObject({ retryable: true })
  expect(performance.now() - began).toBeLessThan(6000)
  proxy.heal()
  await expect.poll(() => stored(cache), { timeout: 20_000 }).toBe(true)
  // What could not be deleted is deleted by now, or about to be.
  await expect
    .poll(async () => (await cache.health()).backend.detail['owedInvalidations'], { timeout: 10_000 })
    .toBeUndefined()
})
