import { openCache } from './cache.js'
import { type Options, readOptions, usage } from './options.js'
import { progressLine } from './progress-line.js'
import { type OwnDatabase, RemoteDatabase, startDatabase } from './remote-database.js'
import type { FromService } from './second-service.js'
import { startService } from './service.js'
import { show } from './show.js'
import { untilStopped } from './until-stopped.js'

const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(usage)
  else await run(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run({ serve, port, rows }: Options): Promise<void> {
  const opened: { close(): Promise<void> }[] = []
  try {
    const ownDatabase = databaseUrl ? undefined : await loadDatabase(rows)
    const database = ownDatabase ?? new RemoteDatabase(databaseUrl as string)
    opened.unshift(database)
    const cache = openCache(database.id, redisUrl)
    opened.unshift(cache)
    const service = await startService(database, cache, port)
    opened.unshift(service)

    console.log(`Serving ${service.url}, cached in ${redisUrl ? 'Redis' : 'process memory'}`)
    const stopped = untilStopped()
    if (serve) {
      if (redisUrl) console.log(`For a second process: DATABASE_URL=${database.url}`)
      process.send?.({ url: service.url } satisfies FromService)
      await stopped
    } else {
      const end = await Promise.race([show(service.url, ownDatabase, redisUrl && database.url), stopped])
      if (end === 'stopped') process.exitCode = 130
      else if (!end) process.exitCode = 1
    }
  } finally {
    for (const resource of opened) await resource.close()
  }
}

async function loadDatabase(rows: number): Promise<OwnDatabase> {
  console.log('Starting PostgreSQL (PGlite) in a process of its own ...')
  return await startDatabase(rows, progressLine('Places loaded'))
}
