import { autoCodec, badInput, type Clock, type Codec, checkClock, type Duration, toMs } from '@holdfast/cache-core'
import { checkClient, checkServer, isCluster, SERVER } from './check-servers.js'
import type { RedisLike } from './connection/redis-like.js'

interface CommonOptions {
  /**
   * Before every key this backend writes. Immutable, and all that keeps two caches on one server apart. At most 64
   * characters. @default 'holdfast'
   */
  readonly prefix?: string
  /** @default autoCodec: lossless, JSON where that is lossless */
  readonly codec?: Codec
  /** A larger value is refused with `E_TOO_LARGE`. Bytes, after encoding. @default 8 MiB */
  readonly maxValueBytes?: number
  /** A read that takes longer is a miss. @default '500ms' */
  readonly readDeadline?: Duration
  /** An acquire, fill or set that takes longer fails with `E_TIMEOUT`. @default '1s' */
  readonly writeDeadline?: Duration
  /** A delete, pattern, tag invalidation or clear that takes longer fails with `E_TIMEOUT`. @default '2s' */
  readonly invalidateDeadline?: Duration
  /** How long the first calls wait for the first connection. @default '2s' */
  readonly startupWait?: Duration
  /**
   * After five commands in a row without an answer reads, loads and sets are not sent for a second, then longer, up to
   * ten; a new connection ends it. Invalidations are always sent. In a cluster each master counts for itself. @default true
   */
  readonly breaker?: boolean
  /**
   * Sends all commands of one tick in one packet: three times as many reads per second when a hundred callers read at
   * once. @default true for a connection of our own, false for a client of yours
   */
  readonly coalesceWrites?: boolean
  /**
   * Into how many parts the keys are cut, each of which lies in one slot of a cluster. Everyone who shares the prefix
   * must say the same. 1 to 1024. @default 32 for a cluster; without a cluster the keys are not cut
   */
  readonly partitions?: number
  /**
   * What happens when another server took over, or the server was started anew: it may hold values whose invalidation
   * it never heard of, because replication is asynchronous. `clear` empties the cache before anything is read from it;
   * in a cluster the parts whose server changed. @default 'keep'
   */
  readonly onServerChange?: 'keep' | 'clear'
  readonly clock?: Clock
}

/** Where a server or a cluster is reached. */
export interface Address {
  readonly host: string
  readonly port: number
}

export interface ClusterServers {
  /** Some of the servers; the rest is learned from them. `'host:port'` or an object. */
  readonly nodes: readonly (string | Address)[]
  /** Where a server is reached from here, by the `host:port` it announces. */
  readonly natMap?: Readonly<Record<string, Address>>
}

export interface Sentinels {
  /** The sentinels. `'host:port'` or an object. */
  readonly nodes: readonly (string | Address)[]
  /** What they call the primary. @default 'mymaster' */
  readonly name?: string
  /** Of the sentinels themselves. */
  readonly username?: string
  readonly password?: string
}

/** A connection of our own: to one server, to the primary that sentinels name, or to a cluster. */
export interface ServerOptions extends CommonOptions {
  /** `redis://[user[:password]@]host[:port][/db]`, or `rediss://` for TLS. Excludes the single settings. */
  readonly url?: string
  /** @default 'localhost' */
  readonly host?: string
  /** @default 6379 */
  readonly port?: number
  /** An ACL user. */
  readonly username?: string
  readonly password?: string
  /** @default 0 */
  readonly db?: number
  /** `true`, or what Node's tls.connect takes. */
  readonly tls?: boolean | object
  /** A Redis Cluster. Excludes `url`, `host`, `port` and `db`. */
  readonly cluster?: ClusterServers
  /** The primary is whichever server these sentinels say. Excludes `url`, `host`, `port` and `cluster`. */
  readonly sentinel?: Sentinels
  readonly client?: undefined
}

/** A client of yours, of one server or of a cluster. It is used and never closed. */
export interface ClientOptions extends CommonOptions {
  readonly client: RedisLike
}

export type RedisOptions = ServerOptions | ClientOptions

const COMMON = [
  'prefix',
  'codec',
  'maxValueBytes',
  'readDeadline',
  'writeDeadline',
  'invalidateDeadline',
  'startupWait',
  'breaker',
  'coalesceWrites',
  'partitions',
  'onServerChange',
  'clock',
]
const KNOWN = [...COMMON, 'client', ...SERVER]
const MAX_PREFIX = 64
const CLUSTER_PARTITIONS = 32
const MAX_PARTITIONS = 1024

export interface CheckedRedisOptions {
  readonly prefix: string
  readonly codec: Codec
  readonly maxValueBytes: number
  readonly readMs: number
  readonly writeMs: number
  readonly invalidateMs: number
  readonly startupMs: number
  readonly clock: Clock
  /** Nothing: the keys are not cut and have no label. */
  readonly partitions: number | undefined
  readonly breaker: boolean
  readonly coalesceWrites: boolean
  readonly onServerChange: 'keep' | 'clear'
  readonly server: ServerOptions
  readonly client: RedisLike | undefined
}

export function checkRedisOptions(options: RedisOptions): CheckedRedisOptions {
  if (options === null || typeof options !== 'object')
    throw badInput(
      'RedisBackend: the options are not an object',
      "Write new RedisBackend({ url: 'redis://localhost:6379' })",
    )
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name))
      throw badInput(`RedisBackend: unknown option ${JSON.stringify(name)}`, `Known are ${KNOWN.join(', ')}`)
  }
  const given = options as ServerOptions
  if (options.client !== undefined) checkClient(options)
  else checkServer(given)
  const { prefix = 'holdfast', maxValueBytes = 8 * 2 ** 20, codec = autoCodec } = options
  if (typeof prefix !== 'string' || prefix === '' || prefix.length > MAX_PREFIX || !prefix.isWellFormed()) {
    throw badInput('RedisBackend: prefix is not a string of 1 to 64 characters', "Write prefix: 'myapp'")
  }
  if (!Number.isSafeInteger(maxValueBytes) || maxValueBytes < 1)
    throw badInput(`RedisBackend: maxValueBytes is ${String(maxValueBytes)}`, 'Write a whole number of at least 1')
  if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function')
    throw badInput('RedisBackend: codec has no encode or no decode', 'Leave it out, or write { name, encode, decode }')
  const ofCluster = options.client === undefined ? given.cluster !== undefined : isCluster(options.client)
  const { partitions = ofCluster ? CLUSTER_PARTITIONS : undefined } = options
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions >= 1 && partitions <= MAX_PARTITIONS))
    throw badInput(`RedisBackend: partitions is ${String(partitions)}`, 'Write a whole number from 1 to 1024')
  const { breaker = true, coalesceWrites = options.client === undefined } = options
  for (const [name, flag] of Object.entries({ breaker, coalesceWrites })) {
    if (typeof flag !== 'boolean')
      throw badInput(`RedisBackend: ${name} is neither true nor false`, `Write ${name}: false`)
  }
  const { onServerChange = 'keep' } = options
  if (onServerChange !== 'keep' && onServerChange !== 'clear')
    throw badInput(`RedisBackend: onServerChange is ${JSON.stringify(onServerChange)}`, "Write 'keep' or 'clear'")
  return {
    prefix,
    onServerChange,
    partitions,
    breaker,
    coalesceWrites,
    codec,
    maxValueBytes,
    readMs: toMs(options.readDeadline ?? '500ms', 'readDeadline'),
    writeMs: toMs(options.writeDeadline ?? '1s', 'writeDeadline'),
    invalidateMs: toMs(options.invalidateDeadline ?? '2s', 'invalidateDeadline'),
    startupMs: toMs(options.startupWait ?? '2s', 'startupWait'),
    clock: checkClock(options.clock, 'RedisBackend'),
    server: given,
    client: options.client,
  }
}
