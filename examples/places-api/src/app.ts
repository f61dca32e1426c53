import type { CacheService, GetOrSetOptions } from '@holdfast/cache-core'
import { type Context, Hono } from 'hono'
import { keys, tags } from './cache.js'
import type { Database } from './database.js'
import { countryRanking, countrySummary, crowdedPlaces, setPopulation, worldTotals } from './queries.js'
import { DatabaseDown } from './remote-database.js'

/** The HTTP service: slow questions, cached; and a write, which invalidates what it changes. */
export function createApp(database: Database, cache: CacheService): Hono {
  const app = new Hono()

  /** `?fresh=1` goes round the cache. It is there to compare; a public service would not offer it. */
  const cached = <T>(context: Context, key: string, load: () => Promise<T>, options: GetOrSetOptions): Promise<T> =>
    context.req.query('fresh') ? load() : cache.getOrSet(key, load, options)

  app.use('/countries/:code/*', async (context, next) => {
    if (/^[A-Z]{2}$/.test(context.req.param('code'))) return await next()
    return context.json({ error: 'a country is two capital letters, such as NL' }, 400)
  })

  app.get('/countries/:code/summary', async (context) => {
    const country = context.req.param('code')
    const summary = await cached(context, keys.summary(country), () => countrySummary(database, country), {
      tags: [tags.country(country)],
      negativeTtl: '10s',
    })
    return summary ? context.json(summary) : context.json({ error: `no places in ${country}` }, 404)
  })

  app.get('/countries/:code/crowded', async (context) => {
    const country = context.req.param('code')
    const places = await cached(context, keys.crowded(country), () => crowdedPlaces(database, country), {
      ttl: '1h',
      tags: [tags.country(country)],
    })
    return context.json(places)
  })

  app.get('/ranking', async (context) => {
    const options = { ttl: '1h', tags: [tags.world] }
    return context.json(await cached(context, keys.ranking, () => countryRanking(database), options))
  })

  // For the front page: may be a second old, and no write need know of it. Rather older than late.
  app.get('/totals', async (context) => {
    const options = { ttl: '1s', softTimeout: '300ms' }
    return context.json(await cached(context, keys.totals, () => worldTotals(database), options))
  })

  app.put('/places/:id/population', async (context) => {
    const id = Number(context.req.param('id'))
    const population = (await context.req.json<{ population?: unknown } | null>())?.population
    if (!isCount(id) || !isCount(population)) return context.json({ error: 'id and population are counts' }, 400)
    const country = await setPopulation(database, id, population)
    if (!country) return context.json({ error: `no place ${id}` }, 404)
    // Commit first, then invalidate: whoever loads after this line sees the write. Should it fail, the caller gets
    // an error and may repeat the whole request, which changes nothing twice.
    await cache.invalidateTags([tags.country(country), tags.world])
    return context.json({ id, country, population })
  })

  app.get('/stats', async (context) => context.json({ cache: cache.stats(), databaseReads: await database.reads() }))

  app.get('/explain', async (context) => context.json(await cache.explain(context.req.query('key') || keys.totals)))

  app.get('/health', async (context) => {
    const health = await cache.health()
    return context.json(health, health.status === 'down' ? 503 : 200)
  })

  app.onError((error, context) => {
    if (error instanceof SyntaxError) return context.json({ error: 'the body is not JSON' }, 400)
    if (error instanceof DatabaseDown) return context.json({ error: error.message }, 503)
    console.error(error)
    return context.json({ error: 'something went wrong here' }, 500)
  })

  return app
}

const maxInt4 = 2 ** 31 - 1
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxInt4
