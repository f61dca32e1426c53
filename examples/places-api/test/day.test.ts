import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { openCache } from '../src/cache.js'
import { playDay, playDeath, playWithSecondProcess } from '../src/day.js'
import { type OwnDatabase, startDatabase } from '../src/remote-database.js'
import { allHold, claimsOf, tableOf } from '../src/report.js'
import type { Scene } from '../src/scene.js'
import { startSecondService } from '../src/second-service.js'
import { type Service, startService } from '../src/service.js'

let database: OwnDatabase

beforeAll(async () => {
  database = await startDatabase(5_000)
}, 90_000)

afterAll(() => database.close())

async function all(playing: AsyncIterable<Scene>): Promise<Scene[]> {
  const scenes: Scene[] = []
  for await (const scene of playing) scenes.push(scene)
  return scenes
}

/** Services with a cache of their own each, as in as many processes. */
async function withServices<T>(redisUrl: string | undefined, count: number, use: (services: Service[]) => Promise<T>) {
  const caches = Array.from({ length: count }, () => openCache(database.id, redisUrl))
  const services = await Promise.all(caches.map((cache) => startService(database, cache, 0)))
  try {
    return await use(services)
  } finally {
    await Promise.all(services.map((service) => service.close()))
    await Promise.all(caches.map((cache) => cache.close()))
  }
}

it.each([
  ['process memory', () => undefined],
  ['Redis', () => inject('redisUrl')],
])('every claim of the day holds on %s', { timeout: 60_000 }, async (_, redisUrl) => {
  const scenes = await withServices(redisUrl(), 1, ([service]) => all(playDay(service!.url, database)))
  expect(claimsOf(scenes)).not.toContain('✗')
  expect(allHold(scenes)).toBe(true)
  expect(tableOf(scenes).split('\n')).toHaveLength(2 + scenes.length + 1)
})

it('two services on one Redis share loads and invalidations', { timeout: 60_000 }, async () => {
  const scenes = await withServices(inject('redisUrl'), 2, ([first, second]) =>
    all(playWithSecondProcess(first!.url, second!.url)),
  )
  expect(claimsOf(scenes)).not.toContain('✗')
})

it('a process that dies while it loads is succeeded', { timeout: 60_000 }, async () => {
  const redisUrl = inject('redisUrl')
  process.env['REDIS_URL'] = redisUrl
  const doomed = await startSecondService(database.url)
  try {
    const scenes = await withServices(redisUrl, 1, ([service]) => all(playDeath(service!.url, doomed, database)))
    expect(claimsOf(scenes)).not.toContain('✗')
    expect(claimsOf(scenes)).toContain('one further load')
  } finally {
    await doomed.kill()
    delete process.env['REDIS_URL']
  }
})

it('the day notices when stale values are not served', { timeout: 60_000 }, async () => {
  const cache = openCache(database.id, undefined, { grace: 0.001 })
  const service = await startService(database, cache, 0)
  try {
    await expect(all(playDay(service.url, database))).rejects.toThrow('503')
  } finally {
    await service.close()
    await cache.close()
  }
})

it('the day notices when loads are not shared', { timeout: 60_000 }, async () => {
  const scenes = await withServices(undefined, 2, ([first, second]) =>
    all(playWithSecondProcess(first!.url, second!.url)),
  )
  expect(claimsOf(scenes)).toContain('✗ two processes caused one load per key between them')
  expect(allHold(scenes)).toBe(false)
})

it('a database asks for its password', async () => {
  const { origin } = new URL(database.url)
  const response = await fetch(origin, { method: 'POST', body: '{"op":"reads"}' })
  expect(response.status).toBe(401)
})
