import { autoCodec, badInput, type Clock, type Codec, type Duration, systemClock, toMs } from '@holdfast/cache-core'
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
  /** A read that takes longer is a miss. @default '1s' */
  readonly readDeadline?: Duration
  /** An acquire, fill or set that takes longer fails with `E_TIMEOUT`. @default '2s' */
  readonly writeDeadline?: Duration
  /** A delete, pattern, tag invalidation or clear that takes longer fails with `E_TIMEOUT`. @default '5s' */
  readonly invalidateDeadline?: Duration
  /** How long the first calls wait for the first connection. @default '2s' */
  readonly startupWait?: Duration
  readonly clock?: Clock
}

/** A connection of our own. */
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
  readonly client?: undefined
}

/** A connection of yours. It is used and never closed. */
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
  'clock',
]
const SINGLE = ['host', 'port', 'username', 'password', 'db', 'tls']
const KNOWN = [...COMMON, 'url', 'client', ...SINGLE]
const MAX_PREFIX = 64

export interface CheckedRedisOptions {
  readonly prefix: string
  readonly codec: Codec
  readonly maxValueBytes: number
  readonly readMs: number
  readonly writeMs: number
  readonly invalidateMs: number
  readonly startupMs: number
  readonly clock: Clock
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
  return {
    prefix,
    codec,
    maxValueBytes,
    readMs: toMs(options.readDeadline ?? '1s', 'readDeadline'),
    writeMs: toMs(options.writeDeadline ?? '2s', 'writeDeadline'),
    invalidateMs: toMs(options.invalidateDeadline ?? '5s', 'invalidateDeadline'),
    startupMs: toMs(options.startupWait ?? '2s', 'startupWait'),
    clock: options.clock ?? systemClock,
    server: given,
    client: options.client,
  }
}

function checkServer(options: ServerOptions): void {
  const { url, host, port, db } = options
  if (url !== undefined) {
    const extra = SINGLE.filter((name) => name !== 'tls' && (options as Record<string, unknown>)[name] !== undefined)
    if (extra.length > 0)
      throw badInput(`RedisBackend: both url and ${extra.join(', ')} are given`, 'Give the url or the single settings')
    if (typeof url !== 'string' || !URL.canParse(url) || !['redis:', 'rediss:'].includes(new URL(url).protocol)) {
      throw badInput('RedisBackend: url is not a redis:// or rediss:// URL', "Write url: 'redis://localhost:6379'")
    }
  }
  if (host !== undefined && (typeof host !== 'string' || host === ''))
    throw badInput('RedisBackend: host is not a name', "Write host: 'localhost'")
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw badInput(`RedisBackend: port is ${String(port)}`, 'Write a whole number from 1 to 65535')
  if (db !== undefined && !(Number.isInteger(db) && db >= 0))
    throw badInput(`RedisBackend: db is ${String(db)}`, 'Write a whole number of at least 0')
}

function checkClient(options: ClientOptions): void {
  const { client } = options
  const extra = ['url', ...SINGLE].filter((name) => (options as unknown as Record<string, unknown>)[name] !== undefined)
  if (extra.length > 0)
    throw badInput(`RedisBackend: both client and ${extra.join(', ')} are given`, 'Give the client alone')
  if (
    client === null ||
    typeof client !== 'object' ||
    typeof client.callBuffer !== 'function' ||
    typeof client.duplicate !== 'function'
  ) {
    throw badInput(
      'RedisBackend: client is not an ioredis or iovalkey client',
      'Pass new Redis(...), or give url or host instead',
    )
  }
  if ('isCluster' in client && client.isCluster === true) {
    throw badInput(
      'RedisBackend: client is a Cluster client, which this version cannot use',
      'Pass a client of one server',
    )
  }
  if (client.options.keyPrefix)
    throw badInput(
      'RedisBackend: client has a keyPrefix, which would not reach patterns and channels',
      'Remove it and give RedisBackend the prefix',
    )
  if (client.options.enableAutoPipelining) {
    throw badInput(
      'RedisBackend: client has enableAutoPipelining, which holds answers back until the slowest of a batch',
      'Pass a client without it',
    )
  }
}
