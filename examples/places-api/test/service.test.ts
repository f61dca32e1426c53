import { type CacheService, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import type { Hono } from 'hono'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.js'
import type { Database } from '../src/database.js'
import { openEmbeddedDatabase } from '../src/embedded-database.js'
import type { CountrySummary, CrowdedPlace, RankedCountry } from '../src/queries.js'

let database: Database
let cache: CacheService
let app: Hono

beforeAll(async () => {
  database = await openEmbeddedDatabase(3_000)
}, 60_000)

afterAll(() => database.close())

beforeEach(() => {
  cache = createCache({ backend: new MemoryBackend() })
  app = createApp(database, cache)
  return () => cache.close()
})

const get = async <T>(path: string): Promise<T> => (await app.request(path)).json() as Promise<T>
const put = async (path: string, body: string) => await app.request(path, { method: 'PUT', body })

async function readsDuring(work: () => unknown): Promise<number> {
  const before = await database.reads()
  await work()
  return (await database.reads()) - before
}

describe('the answers', () => {
  it('summarize a country', async () => {
    const summary = await get<CountrySummary>('/countries/JP/summary')
    expect(summary.largest[0]).toMatchObject({ name: 'Tokyo', population: 8_336_599 })
    expect(summary.places).toBeGreaterThan(50)
  })

  it('name the most crowded places of a country, the most crowded first', async () => {
    const places = await get<CrowdedPlace[]>('/countries/JP/crowded')
    const around = places.map(({ peopleAround }) => peopleAround)
    expect(around).toEqual(around.toSorted((a, b) => b - a))
    expect(around[0]).toBeGreaterThan(8_336_599)
  })

  it('rank the countries by their people', async () => {
    const ranking = await get<RankedCountry[]>('/ranking')
    expect(ranking[0]).toMatchObject({ rank: 1, country: 'CN' })
  })

  it.each(['/countries/JP/summary', '/countries/JP/crowded', '/ranking', '/totals'])(
    '%s is loaded once',
    async (path) => {
      expect(await readsDuring(() => Promise.all([get(path), get(path), get(path)]))).toBe(1)
      expect(await readsDuring(() => get(path))).toBe(0)
      expect(await readsDuring(() => get(`${path}?fresh=1`))).toBe(1)
    },
  )

  it('remember for a while that a country has no places', async () => {
    expect((await app.request('/countries/ZZ/summary')).status).toBe(404)
    expect(await readsDuring(() => app.request('/countries/ZZ/summary'))).toBe(0)
  })
})

describe('a write', () => {
  it('is seen by the next read of its country and of the ranking, and by nobody else', async () => {
    const before = await get<CountrySummary>('/countries/DE/summary')
    await Promise.all([get('/countries/FR/summary'), get('/ranking')])
    const { id, population } = before.largest[0]!

    expect((await put(`/places/${id}/population`, JSON.stringify({ population: population + 5 }))).status).toBe(200)

    expect(await get<CountrySummary>('/countries/DE/summary')).toMatchObject({ people: before.people + 5 })
    expect(await readsDuring(() => get('/ranking'))).toBe(1)
    expect(await readsDuring(() => get('/countries/FR/summary'))).toBe(0)
  })

  it.each([
    ['/places/1/population', '{"population":1}', 404],
    ['/places/x/population', '{"population":1}', 400],
    ['/places/1/population', '{"population":-1}', 400],
    ['/places/1/population', '{"population":"many"}', 400],
    ['/places/1/population', 'null', 400],
    ['/places/1/population', 'no json', 400],
  ])('to %s of %s is answered %i', async (path, body, status) => {
    expect((await put(path, body)).status).toBe(status)
  })
})

it('refuses what is no country', async () => {
  expect((await app.request('/countries/netherlands/summary')).status).toBe(400)
})

it('tells its health', async () => {
  expect(await get('/health')).toMatchObject({ status: 'up' })
})
