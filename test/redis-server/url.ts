import { answers } from './answers.js'
import type { RedisServer } from './types.js'

/** A server that someone else runs. We neither stop it nor harm it. */
export async function useUrl(url: string): Promise<RedisServer> {
  await answers(url, 5_000).catch((cause) => {
    throw new Error('HOLDFAST_TEST_REDIS_URL is set and no Redis answers there', { cause })
  })
  const { hostname, port, password } = new URL(url)
  const notOurs = async () => {
    throw new Error('This server is not ours: ask for one of your own with startRedis({ own: true })')
  }
  return {
    host: hostname,
    port: Number(port || 6379),
    url,
    ...(password ? { password: decodeURIComponent(password) } : {}),
    how: 'url',
    freeze: notOurs,
    thaw: notOurs,
    kill: notOurs,
    restart: notOurs,
    stop: async () => {},
  }
}
