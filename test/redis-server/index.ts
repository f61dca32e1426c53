import { startContainer } from './container.js'
import { startProcess } from './process.js'
import { type RedisOptions, type RedisServer, Unavailable } from './types.js'
import { useUrl } from './url.js'

export type { RedisOptions, RedisServer } from './types.js'

/**
 * A real Redis: the one of HOLDFAST_TEST_REDIS_URL, else a container, else a process; else a failure that says what
 * to install. HOLDFAST_REQUIRE_CONTAINERS=1 leaves only the container. Whoever needs a password, arguments or a server
 * to harm gets a new one, also when a URL is set.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const url = process.env['HOLDFAST_TEST_REDIS_URL']
  const containersOnly = process.env['HOLDFAST_REQUIRE_CONTAINERS'] === '1'
  if (url && containersOnly) throw new Error('HOLDFAST_REQUIRE_CONTAINERS=1 forbids HOLDFAST_TEST_REDIS_URL')
  if (url && !options.own && !options.args && options.password === undefined) return useUrl(url)

  const ways = [startContainer, ...(containersOnly ? [] : [startProcess])]
  // the shared server has found the container closed: no suite need ask again
  if (process.env['HOLDFAST_TEST_REDIS_HOW'] === 'process' && !containersOnly) ways.shift()

  const closed: string[] = []
  for (const way of ways) {
    try {
      return await way(options)
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      closed.push(error.message)
    }
  }
  throw new Error(
    `No Redis to test against: ${closed.join('; ')}.\n` +
      (containersOnly
        ? 'HOLDFAST_REQUIRE_CONTAINERS=1 allows containers only: start Docker, or name an image it has in HOLDFAST_TEST_REDIS_IMAGE.'
        : 'Start Docker, install redis-server or valkey-server, or set HOLDFAST_TEST_REDIS_URL.'),
  )
}
