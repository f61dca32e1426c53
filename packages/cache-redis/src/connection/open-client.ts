import type { Clock } from '@holdfast/cache-core'
import { Redis } from 'ioredis'
import type { CheckedRedisOptions } from '../options.js'
import type { RedisLike } from './redis-like.js'

const FIRST_RETRY_MS = 25
const LONGEST_RETRY_MS = 1000

/** Doubling pauses with jitter, for ever: a cache that gave up would need a restart of the service. */
const retryAfter =
  (clock: Clock) =>
  (attempt: number): number =>
    Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10)) * (0.75 + clock.random() * 0.5)

/**
 * Fail fast: no queue for commands while there is no connection, nothing is sent twice, and a connection on which
 * nothing comes back is given up. The reasons are measured; see docs/decisions.
 */
const failFast = (clock: Clock) => ({
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableReadyCheck: true,
  connectTimeout: 1000,
  socketTimeout: 5000,
  disconnectTimeout: 200,
  keepAlive: 10_000,
  noDelay: true,
  retryStrategy: retryAfter(clock),
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 1 : false) as 1 | false,
})

/** A client of our own, not yet connected when this returns. */
export function openClient({ server, clock }: CheckedRedisOptions): RedisLike {
  const { url, host = 'localhost', port = 6379, username, password, db, tls } = server
  const options = {
    ...failFast(clock),
    ...(tls !== undefined && tls !== false && { tls: tls === true ? {} : tls }),
  }
  if (url !== undefined) return new Redis(url, options) as unknown as RedisLike
  return new Redis({
    ...options,
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(db !== undefined && { db }),
  }) as unknown as RedisLike
}

/**
 * The connection that hears which leases ended. RESP2 because ioredis 6 drops some pushes of RESP3. It is silent for
 * long, so it has no socket timeout.
 */
export const openSubscriber = (client: RedisLike, clock: Clock): RedisLike =>
  client.duplicate({
    ...failFast(clock),
    socketTimeout: undefined,
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    autoResubscribe: true,
    protocol: 2,
    keyPrefix: '',
    lazyConnect: false,
  })
