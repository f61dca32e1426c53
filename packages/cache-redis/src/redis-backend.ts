import {
  type Acquired,
  type AcquireRequest,
  type BackendHealth,
  type CacheBackend,
  CacheError,
  type Draft,
  escapeGlob,
  type Filled,
  type Inspection,
  type Lease,
  type PatternOptions,
  type Reading,
} from '@holdfast/cache-core'
import { Commands } from './connection/commands.js'
import { Connection } from './connection/connection.js'
import { LeaseNews } from './connection/lease-news.js'
import { inspect } from './inspect.js'
import { Keyspace } from './keyspace.js'
import { leaseToken, nonce, tagNonce } from './nonce.js'
import { type CheckedRedisOptions, checkRedisOptions, type RedisOptions } from './options.js'
import { Reader } from './reader.js'
import { removePattern } from './remove-pattern.js'
import { ACQUIRE } from './scripts/acquire.js'
import { CAPTURE_LATE } from './scripts/capture-late.js'
import { EXPIRE, EXPIRE_TAGS } from './scripts/expire.js'
import { FILL } from './scripts/fill.js'
import { RELEASE, RENEW } from './scripts/leases.js'
import { REMOVE } from './scripts/remove.js'
import type { Script } from './scripts/script.js'
import { TOUCH } from './scripts/touch.js'
import { WRITE } from './scripts/write.js'
import { sealEnvelope } from './wire/envelope.js'
import { nonceTtl, Packer, redisTtl } from './writer.js'

/** A lease of this backend: its token, and the nonces as they stood when it was given. */
interface RedisLease extends Lease {
  readonly token: string
  readonly epoch: Buffer
  readonly barrier: Buffer
  readonly anyTag: Buffer
  readonly tags: ReadonlyMap<string, Buffer>
}

/** Keys changed by one script: the server does nothing else meanwhile. */
const KEYS_PER_SCRIPT = 250

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
  readonly #commands: Commands
  readonly #news: LeaseNews
  readonly #keys: Keyspace
  readonly #reader: Reader
  readonly #packer: Packer

  /** Starts to connect at once; the first calls wait for the connection. */
  constructor(options: RedisOptions = {}) {
    this.#options = checkRedisOptions(options)
    this.#keys = new Keyspace(this.#options.prefix)
    this.#connection = new Connection(this.#options)
    this.#commands = new Commands(this.#connection, this.#options.clock)
    this.#news = new LeaseNews(this.#connection.client, this.#options.clock, this.#keys.channel)
    this.#reader = new Reader(this.#commands, this.#keys, this.#options)
    this.#packer = new Packer(this.#options)
  }

  read(key: string, tagHint: readonly string[]): Promise<Reading> {
    return this.#reader.read(key, tagHint)
  }

  readMany(keys: readonly string[], tagHint: readonly string[]): Promise<readonly Reading[]> {
    return this.#reader.readMany(keys, tagHint)
  }

  async acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    const keys = this.#keys
    const nonceKeys = [keys.epoch, keys.barrier, keys.anyTag, ...request.tags.map((tag) => keys.tag(tag))]
    const token = leaseToken()
    const answer = (await this.#commands.run(
      ACQUIRE,
      this.#options.writeMs,
      [keys.value(key), keys.lease(key), ...nonceKeys],
      [
        token,
        request.leaseMs,
        (request.version as Buffer | undefined) ?? '',
        nonceTtl(request.keepMs),
        nonce(),
        nonce(),
        nonce(),
        ...request.tags.map(tagNonce),
      ],
      key,
    )) as [Buffer, ...unknown[]]
    const status = answer[0].toString()
    if (status === 'changed') return { status }
    if (status === 'wait') return { status, leaseMs: Math.max(1, Number(answer[1])) }
    const [, epoch, barrier, anyTag, ...tagNonces] = answer as Buffer[]
    const tags = new Map(request.tags.map((tag, index) => [tag, tagNonces[index] as Buffer]))
    const lease: RedisLease = {
      key,
      token,
      epoch: epoch as Buffer,
      barrier: barrier as Buffer,
      anyTag: anyTag as Buffer,
      tags,
    }
    return { status: 'own', lease }
  }

  async fill(lease: Lease, draft: Draft | undefined): Promise<Filled> {
    const held = lease as RedisLease
    const { key } = held
    const packed = draft === undefined ? undefined : this.#packer.pack(key, draft)
    const ttlMs = packed?.ttlMs ?? 1
    const nonces = await this.#withLateTags(held, draft?.tags ?? [], nonceTtl(ttlMs))
    if (nonces === undefined) {
      await this.release(held)
      return 'stale'
    }
    const envelope =
      packed === undefined
        ? ''
        : sealEnvelope(
            packed.parts,
            held.epoch,
            (draft as Draft).tags.map((tag) => nonces.get(tag) as Buffer),
          )
    const compared = new Map<string, Buffer>([
      [this.#keys.epoch, held.epoch],
      [this.#keys.barrier, held.barrier],
      ...[...nonces].map(([tag, value]): [string, Buffer] => [this.#keys.tag(tag), value]),
    ])
    const answer = await this.#commands.run(
      FILL,
      this.#options.writeMs,
      [this.#keys.value(key), this.#keys.lease(key), ...compared.keys()],
      [held.token, ttlMs, nonceTtl(ttlMs), this.#keys.channel, key, envelope, ...compared.values()],
      key,
    )
    return String(answer) as Filled
  }

  async renew(lease: Lease, leaseMs: number): Promise<boolean> {
    const { key, token, tags } = lease as RedisLease
    const nonceKeys = [
      this.#keys.epoch,
      this.#keys.barrier,
      this.#keys.anyTag,
      ...[...tags.keys()].map((tag) => this.#keys.tag(tag)),
    ]
    return (
      (await this.#commands.run(
        RENEW,
        this.#options.writeMs,
        [this.#keys.lease(key), ...nonceKeys],
        [token, leaseMs, nonceTtl(leaseMs)],
        key,
      )) === 1
    )
  }

  async release(lease: Lease): Promise<void> {
    const { key, token } = lease as RedisLease
    await this.#commands.run(
      RELEASE,
      this.#options.writeMs,
      [this.#keys.lease(key)],
      [token, this.#keys.channel, key],
      key,
    )
  }

  awaken(key: string, wake: () => void): () => void {
    return this.#news.listen(key, wake)
  }

  async write(key: string, draft: Draft): Promise<void> {
    const { parts, ttlMs } = this.#packer.pack(key, draft)
    const tagArgs = parts.tags.flatMap((tag) => [tagNonce(), tag])
    await this.#commands.run(
      WRITE,
      this.#options.writeMs,
      [this.#keys.value(key), this.#keys.lease(key), this.#keys.epoch, ...draft.tags.map((tag) => this.#keys.tag(tag))],
      [ttlMs, nonceTtl(ttlMs), this.#keys.channel, key, parts.head, parts.middle, parts.payload, nonce(), ...tagArgs],
      key,
    )
  }

  async writeMany(drafts: ReadonlyMap<string, Draft>): Promise<void> {
    // What cannot be encoded is found before anything is sent.
    for (const [key, draft] of drafts) this.#packer.pack(key, draft)
    const settled = await Promise.allSettled([...drafts].map(([key, draft]) => this.write(key, draft)))
    for (const result of settled) if (result.status === 'rejected') throw result.reason
  }

  async touch(key: string, freshUntil: number, keepUntil: number): Promise<boolean> {
    const { clock, writeMs } = this.#options
    const ttlMs = redisTtl(keepUntil - clock.now())
    const until = (ms: number): string => (ms === Number.POSITIVE_INFINITY ? '' : String(ms))
    const args = [this.#keys.tagPrefix, until(freshUntil), until(keepUntil), ttlMs, nonceTtl(ttlMs)]
    return (await this.#commands.run(TOUCH, writeMs, [this.#keys.value(key), this.#keys.epoch], args, key)) === 1
  }

  remove(keys: readonly string[]): Promise<number> {
    return this.#eachChunk(keys, REMOVE, [])
  }

  expire(keys: readonly string[], at: number): Promise<number> {
    return this.#eachChunk(keys, EXPIRE, [Math.round(at)])
  }

  removePattern(glob: string, options: PatternOptions): Promise<number> {
    return removePattern(this.#commands, this.#keys, this.#options, glob, options, (keys) => this.remove(keys))
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    const keys = [this.#keys.anyTag, ...tags.map((tag) => this.#keys.tag(tag))]
    await this.#commands.send('invalidateTags', this.#options.invalidateMs, (client) => client.unlink(keys))
  }

  async expireTags(tags: readonly string[]): Promise<void> {
    const at = Buffer.alloc(6)
    at.writeUIntLE(Math.round(this.#options.clock.now()), 0, 6)
    const keys = [this.#keys.anyTag, ...tags.map((tag) => this.#keys.tag(tag))]
    await this.#commands.run(EXPIRE_TAGS, this.#options.invalidateMs, keys, [at, ...tags.map(nonce)])
  }

  async clear(prefix: string): Promise<void> {
    if (prefix !== '') {
      await this.removePattern(`${escapeGlob(prefix)}*`, {})
      return
    }
    await this.#commands.send('clear', this.#options.invalidateMs, (client) => client.unlink([this.#keys.epoch]))
  }

  async inspect(key: string): Promise<Inspection> {
    const facts = await inspect(this.#commands, this.#keys, this.#options.readMs, key)
    const reading = await this.read(key, [])
    return { reading, ...facts }
  }

  async health(): Promise<BackendHealth> {
    const started = this.#options.clock.now()
    try {
      const info = await this.#commands.send('health', this.#options.readMs, (client) => client.info('server'))
      const version = /^(?:valkey|redis)_version:(\S+)/m.exec(info)?.[1]
      return {
        status: 'up',
        detail: { version, latencyMs: this.#options.clock.now() - started, prefix: this.#options.prefix },
      }
    } catch (error) {
      const { code, message } = error as CacheError
      return { status: 'down', detail: { code, message, prefix: this.#options.prefix } }
    }
  }

  async close(): Promise<void> {
    this.#news.close()
    this.#connection.close()
  }

  /** Runs a script over keys, some at a time, and adds up what it counts. */
  async #eachChunk(keys: readonly string[], script: Script, args: readonly number[]): Promise<number> {
    const chunks: Promise<unknown>[] = []
    for (let from = 0; from < keys.length; from += KEYS_PER_SCRIPT) {
      const chunk = keys.slice(from, from + KEYS_PER_SCRIPT)
      const names = chunk.flatMap((key) => [this.#keys.value(key), this.#keys.lease(key)])
      const all = [this.#keys.tagPrefix, this.#keys.channel, ...args, ...chunk]
      const only = chunk.length === 1 ? chunk[0] : undefined
      chunks.push(this.#commands.run(script, this.#options.invalidateMs, [this.#keys.epoch, ...names], all, only))
    }
    const settled = await Promise.allSettled(chunks)
    let count = 0
    for (const result of settled) {
      if (result.status === 'rejected') throw partly(result.reason, settled.length)
      count += Number(result.value)
    }
    return count
  }

  /** The lease's tag nonces and those of tags it did not know of; nothing when these may have been invalidated. */
  async #withLateTags(
    held: RedisLease,
    tags: readonly string[],
    ttlMs: number,
  ): Promise<ReadonlyMap<string, Buffer> | undefined> {
    const late = tags.filter((tag) => !held.tags.has(tag))
    if (late.length === 0) return held.tags
    const keys = [this.#keys.anyTag, ...late.map((tag) => this.#keys.tag(tag))]
    const answer = (await this.#commands.run(
      CAPTURE_LATE,
      this.#options.writeMs,
      keys,
      [held.anyTag, ttlMs, ...late.map(tagNonce)],
      held.key,
    )) as Buffer[] | null
    if (answer === null) return undefined
    return new Map([...held.tags, ...late.map((tag, index): [string, Buffer] => [tag, answer[index] as Buffer])])
  }
}

/** A failure of one of several commands leaves the others done. */
function partly(error: unknown, commands: number): unknown {
  if (commands === 1 || !(error instanceof CacheError)) return error
  const { code, message, op, retryable, cause } = error
  return new CacheError(code, message, { op, retryable, cause, outcome: 'applied-partially' })
}
