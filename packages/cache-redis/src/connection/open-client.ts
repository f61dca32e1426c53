import type { Clock } from '@holdfast/cache-core'
import { Cluster, Redis } from 'ioredis'
import { addressOf } from '../check-servers.js'
import type { Address, CheckedRedisOptions } from '../options.js'
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
  // Longer than any of our own limits, so that each call is told of its own.
  socketTimeout: 2500,
  disconnectTimeout: 200,
  keepAlive: 10_000,
  noDelay: true,
  retryStrategy: retryAfter(clock),
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 1 : false) as 1 | false,
})

/** A server that left is asked for at once elsewhere; a slot on the move is not waited for, there is another way. */
const failFastCluster = {
  enableOfflineQueue: false,
  scaleReads: 'master' as const,
  maxRedirections: 5,
  retryDelayOnFailover: 50,
  retryDelayOnClusterDown: 50,
  retryDelayOnTryAgain: 20,
  slotsRefreshTimeout: 1000,
  slotsRefreshInterval: 5000,
  clusterRetryStrategy: (attempt: number): number => Math.min(50 * attempt, LONGEST_RETRY_MS),
}

/** A client of our own, not yet connected when this returns. */
export function openClient({ server, clock }: CheckedRedisOptions): RedisLike {
  const { url, host = 'localhost', port = 6379, username, password, db, tls, cluster, sentinel } = server
  const options = {
    ...failFast(clock),
    ...(tls !== undefined && tls !== false && { tls: tls === true ? {} : tls }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  }
  if (cluster !== undefined) {
    const client = new Cluster(
      cluster.nodes.map((node) => addressOf(node) as Address),
      {
        ...failFastCluster,
        redisOptions: options,
        ...(cluster.natMap !== undefined && { natMap: cluster.natMap }),
        // A certificate is for the name that was asked for, not for the address behind it.
        ...('tls' in options && {
          dnsLookup: (name: string, done: (error: null, name: string) => void) => done(null, name),
        }),
      },
    )
    return client as unknown as RedisLike
  }
  if (sentinel !== undefined) {
    const client = new Redis({
      ...options,
      sentinels: sentinel.nodes.map((node) => addressOf(node) as Address),
      name: sentinel.name ?? 'mymaster',
      ...(sentinel.username !== undefined && { sentinelUsername: sentinel.username }),
      ...(sentinel.password !== undefined && { sentinelPassword: sentinel.password }),
      ...(db !== undefined && { db }),
      ...('tls' in options && { enableTLSForSentinelMode: true, sentinelTLS: options.tls as object }),
      // A frozen primary says nothing: that it was replaced is heard from the sentinels.
      failoverDetector: true,
      sentinelCommandTimeout: 500,
      sentinelRetryStrategy: (attempt: number) => Math.min(50 * attempt, LONGEST_RETRY_MS),
    })
    return client as unknown as RedisLike
  }
  if (url !== undefined) return new Redis(url, options) as unknown as RedisLike
  return new Redis({
    ...options,
    host,
    port,
    ...(db !== undefined && { db }),
  }) as unknown as RedisLike
}

/** A connection that only listens. See `track` for RESP2, and `Link` for the subscription. */
export const openListener = (client: RedisLike, clock: Clock): RedisLike =>
  client.duplicate({
    ...failFast(clock),
    socketTimeout: undefined,
    autoResubscribe: false,
    protocol: 2,
    keyPrefix: '',
    lazyConnect: false,
  })
