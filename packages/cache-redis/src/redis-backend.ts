import type {
  Acquired,
  AcquireRequest,
  BackendHealth,
  Bus,
  CacheBackend,
  ChangeListener,
  Draft,
  Filled,
  Inspection,
  Lease,
  PatternOptions,
  Reading,
} from '@holdfast/cache-core'
import { RedisBus } from './bus.js'
import { Breakers } from './connection/breakers.js'
import { Commands, InsistentCommands } from './connection/commands.js'
import { Connection } from './connection/connection.js'
import { LeaseNews } from './connection/lease-news.js'
import { health } from './health.js'
import { inspect } from './inspect.js'
import { Invalidator } from './invalidator.js'
import { Keyspace } from './keyspace.js'
import { Leases } from './leases.js'
import { type CheckedRedisOptions, checkRedisOptions, type RedisOptions } from './options.js'
import { Packer } from './packer.js'
import { Punctual } from './punctual.js'
import { Reader } from './reader.js'
import { ServerWatch } from './server-watch.js'
import { Follower } from './tracking/follower.js'
import { Writer } from './writer.js'

/**
 * Redis. Leases, fences and tags hold for every process that uses the same server, database and prefix.
 *
 * A tag, and the cache as a whole, is a random number in a key of its own: a value is valid while the numbers written
 * into it are the ones that are there. Invalidating removes the number, so it needs no memory and no clock, and a
 * number that was lost or evicted can only make values invalid, never valid.
 */
export class RedisBackend implements CacheBackend {
  readonly name = 'redis'
  readonly #options: CheckedRedisOptions
  readonly #connection: Connection
  readonly #breakers: Breakers | undefined
  readonly #commands: Commands
  readonly #insistent: Commands
  readonly #news: LeaseNews
  readonly #keys: Keyspace
  readonly #watch: ServerWatch
  readonly #reader: Reader
  readonly #leases: Leases
  readonly #writer: Writer
  readonly #invalidator: Invalidator
  readonly #followers = new Set<Follower>()
  readonly #buses = new Set<RedisBus>()

  /** Starts to connect at once; the first calls wait for the connection. */
  constructor(options: RedisOptions = {}) {
    const checked = checkRedisOptions(options)
    this.#options = checked
    this.#connection = new Connection(checked)
    const keys = new Keyspace(checked.prefix, checked.partitions)
    this.#breakers = checked.breaker ? new Breakers(this.#connection.client, checked.clock) : undefined
    const watch = new ServerWatch(this.#connection, keys, checked)
    const commands = new Commands(this.#connection, checked.clock, watch, this.#breakers)
    const insistent = new InsistentCommands(this.#connection, checked.clock, watch)
    const punctual = new Punctual(commands, checked.clock)
    const packer = new Packer(checked)
    this.#watch = watch
    this.#keys = keys
    this.#commands = commands
    this.#news = new LeaseNews(this.#connection.client, checked.clock, keys.channel)
    this.#reader = new Reader(commands, keys, watch, checked)
    this.#leases = new Leases(commands, insistent, punctual, keys, packer, watch, checked)
    this.#writer = new Writer(commands, punctual, keys, packer, checked)
    this.#invalidator = new Invalidator(insistent, keys, checked)
    this.#insistent = insistent
  }

  read(key: string, tagHint: readonly string[]): Promise<Reading> {
    return this.#reader.read(key, tagHint)
  }

  readMany(keys: readonly string[], tagHint: readonly string[]): Promise<readonly Reading[]> {
    return this.#reader.readMany(keys, tagHint)
  }

  acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    return this.#leases.acquire(key, request)
  }

  fill(lease: Lease, draft: Draft | undefined): Promise<Filled> {
    return this.#leases.fill(lease, draft)
  }

  renew(lease: Lease, leaseMs: number): Promise<boolean> {
    return this.#leases.renew(lease, leaseMs)
  }

  release(lease: Lease): Promise<void> {
    return this.#leases.release(lease)
  }

  awaken(key: string, wake: () => void): () => void {
    return this.#news.listen(key, wake)
  }

  write(key: string, draft: Draft): Promise<void> {
    return this.#writer.write(key, draft)
  }

  writeMany(drafts: ReadonlyMap<string, Draft>): Promise<void> {
    return this.#writer.writeMany(drafts)
  }

  touch(key: string, freshUntil: number, keepUntil: number): Promise<boolean> {
    return this.#writer.touch(key, freshUntil, keepUntil)
  }

  remove(keys: readonly string[]): Promise<number> {
    return this.#invalidator.remove(keys)
  }

  expire(keys: readonly string[], at: number): Promise<number> {
    return this.#invalidator.expire(keys, at)
  }

  removePattern(glob: string, options: PatternOptions): Promise<number> {
    return this.#invalidator.removePattern(glob, options)
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#invalidator.invalidateTags(tags)
  }

  expireTags(tags: readonly string[]): Promise<void> {
    return this.#invalidator.expireTags(tags)
  }

  clear(prefix: string): Promise<void> {
    return this.#invalidator.clear(prefix)
  }

  follow(listener: ChangeListener): () => void {
    const { client } = this.#connection
    const follower = new Follower(client, this.#options.clock, this.#keys, listener)
    this.#followers.add(follower)
    return () => {
      follower.stop()
      this.#followers.delete(follower)
    }
  }

  /**
   * Messages over the same server, for `announced(backend, backend.bus())`: where the server refuses CLIENT TRACKING, a
   * near cache is told of changes by those who make them. Closed with the backend.
   */
  bus(): Bus {
    const bus = new RedisBus(this.#insistent, this.#options.clock, this.#keys.announcements, this.#options.invalidateMs)
    this.#buses.add(bus)
    return bus
  }

  onReplaced(listener: () => void): () => void {
    return this.#watch.onReplaced(listener)
  }

  async inspect(key: string): Promise<Inspection> {
    const facts = await inspect(this.#commands, this.#keys.of(key), this.#options.readMs, key)
    const reading = await this.read(key, [])
    const unreadable = !reading.present && reading.problem !== undefined
    return { reading, ...facts, ...(unreadable && { reason: 'undecodable' as const }) }
  }

  health(): Promise<BackendHealth> {
    return health(this.#insistent, this.#options)
  }

  async close(): Promise<void> {
    for (const follower of this.#followers) follower.stop()
    for (const bus of this.#buses) bus.close()
    this.#news.close()
    this.#leases.close()
    this.#breakers?.stop()
    this.#watch.stop()
    this.#connection.close()
  }
}
