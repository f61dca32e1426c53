import {
  type Acquired,
  type AcquireRequest,
  compileGlob,
  type Draft,
  type Filled,
  isCacheError,
  type Lease,
} from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Keyspace, Partition } from './keyspace.js'
import { leaseToken, nonce, tagNonce } from './nonce.js'
import type { CheckedRedisOptions } from './options.js'
import { Orphans } from './orphans.js'
import { nonceTtl, type Packer } from './packer.js'
import type { Punctual } from './punctual.js'
import { ACQUIRE } from './scripts/acquire.js'
import { CAPTURE_LATE } from './scripts/capture-late.js'
import { FILL } from './scripts/fill.js'
import { RELEASE, RENEW } from './scripts/leases.js'
import type { ServerWatch } from './server-watch.js'
import { Turnstile } from './turnstile.js'
import { sealEnvelope, writeIdOf } from './wire/envelope.js'

/** A lease as the server knows it. */
interface Given extends Lease {
  readonly partition: Partition
  readonly token: string
}

/** A lease of this backend: its token, and the nonces as they stood when it was given. */
interface RedisLease extends Given {
  readonly leaseMs: number
  readonly epoch: Buffer
  /** The pattern removal that was the latest. */
  readonly removal: Buffer
  readonly anyTag: Buffer
  readonly tags: ReadonlyMap<string, Buffer>
}

/** Time limits count from when a command is sent: of a large batch, not all are sent at once. */
const AT_ONCE = 1000

/** Patterns may be removed while those before are compared: so often in a row, and the result is refused. */
const REMOVALS_COMPARED = 10

/** Who may compute a key, and what becomes of his result. */
export class Leases {
  readonly #commands: Commands
  readonly #insistent: Commands
  readonly #keys: Keyspace
  readonly #packer: Packer
  readonly #punctual: Punctual
  readonly #deadlineMs: number
  readonly #turnstile = new Turnstile(AT_ONCE)
  readonly #orphans: Orphans<Given>

  constructor(
    commands: Commands,
    insistent: Commands,
    punctual: Punctual,
    keys: Keyspace,
    packer: Packer,
    watch: ServerWatch,
    { writeMs, clock }: CheckedRedisOptions,
  ) {
    this.#commands = commands
    this.#insistent = insistent
    this.#punctual = punctual
    this.#keys = keys
    this.#packer = packer
    this.#deadlineMs = writeMs
    this.#orphans = new Orphans(clock, (given) => this.#release(insistent, given))
    watch.onReplaced(this.#orphans.replaced)
  }

  acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    return this.#turnstile.run(() => this.#acquire(key, request))
  }

  fill(lease: Lease, draft: Draft | undefined): Promise<Filled> {
    return this.#turnstile.run(() => this.#fill(lease as RedisLease, draft))
  }

  async #acquire(key: string, { version, tags, leaseMs, keepMs }: AcquireRequest): Promise<Acquired> {
    const partition = this.#keys.of(key)
    const { epoch, removals, anyTag } = partition
    const token = leaseToken()
    const asked = this.#punctual.run(
      ACQUIRE,
      partition,
      this.#deadlineMs,
      [partition.value(key), partition.lease(key), removals, epoch, anyTag, ...tags.map((tag) => partition.tag(tag))],
      [
        token,
        leaseMs,
        writeIdOf(version as Buffer | null | undefined),
        nonceTtl(keepMs),
        nonce(),
        nonce(),
        nonce(),
        ...tags.map(tagNonce),
      ],
      key,
    )
    const [answered, ...rest] = await asked.catch((error: unknown) => {
      // The server may have given a lease that nobody knows of: until it lapses nobody could load.
      if (isCacheError(error) && error.outcome === 'unknown') this.#giveBack({ partition, key, token }, leaseMs)
      throw error
    })
    const status = String(answered)
    if (status === 'changed') return { status }
    if (status === 'wait') return { status, leaseMs: Math.max(1, Number(rest[0])) }
    const [removal, epochNonce, anyTagNonce, ...tagNonces] = rest as Buffer[]
    const lease: RedisLease = {
      key,
      partition,
      token,
      leaseMs,
      epoch: epochNonce as Buffer,
      removal: removal as Buffer,
      anyTag: anyTagNonce as Buffer,
      tags: new Map(tags.map((tag, index) => [tag, tagNonces[index] as Buffer])),
    }
    return { status: 'own', lease }
  }

  async #fill(held: RedisLease, draft: Draft | undefined): Promise<Filled> {
    const { key, partition, token, epoch } = held
    const packed = draft === undefined ? undefined : this.#packer.pack(key, draft)
    const ttlMs = packed?.ttlMs ?? 1
    const nonces = await this.#withLateTags(held, packed?.tags ?? [], nonceTtl(ttlMs))
    if (nonces === undefined) {
      await this.release(held)
      return 'stale'
    }
    const envelope =
      packed === undefined
        ? ''
        : sealEnvelope(
            packed.parts,
            epoch,
            packed.tags.map((tag) => nonces.get(tag) as Buffer),
          )
    const compared = new Map<string, Buffer>([
      [partition.epoch, epoch],
      ...[...nonces].map(([tag, value]): [string, Buffer] => [partition.tag(tag), value]),
    ])
    let { removal } = held
    for (let round = 0; round < REMOVALS_COMPARED; round++) {
      const answer = await this.#commands.run(
        FILL,
        this.#deadlineMs,
        [partition.value(key), partition.lease(key), partition.removals, ...compared.keys()],
        [token, ttlMs, nonceTtl(ttlMs), this.#keys.channel, key, envelope, removal, ...compared.values()],
        key,
      )
      if (!Array.isArray(answer)) {
        this.#orphans.ended(held, held.leaseMs)
        return String(answer) as Filled
      }
      const [latest, ...globs] = answer as Buffer[]
      if (globs.some((glob) => compileGlob(glob.toString())(key))) break
      removal = latest as Buffer
    }
    await this.release(held)
    return 'stale'
  }

  async renew(lease: Lease, leaseMs: number): Promise<boolean> {
    const { key, partition, token, tags } = lease as RedisLease
    const { epoch, removals, anyTag } = partition
    const nonces = [epoch, removals, anyTag, ...[...tags.keys()].map((tag) => partition.tag(tag))]
    const keys = [partition.lease(key), ...nonces]
    return (await this.#commands.run(RENEW, this.#deadlineMs, keys, [token, leaseMs, nonceTtl(leaseMs)], key)) === 1
  }

  async release(lease: Lease): Promise<void> {
    const held = lease as RedisLease
    try {
      await this.#release(this.#commands, held)
      this.#orphans.ended(held, held.leaseMs)
    } catch (error) {
      this.#orphans.adopt(held, held.leaseMs)
      throw error
    }
  }

  /** No lease is given back any more: those that are left lapse. */
  close(): void {
    this.#orphans.stop()
  }

  #release(commands: Commands, { partition, key, token }: Given): Promise<unknown> {
    return commands.run(RELEASE, this.#deadlineMs, [partition.lease(key)], [token, this.#keys.channel, key], key)
  }

  #giveBack(given: Given, leaseMs: number): void {
    this.#release(this.#insistent, given).catch(() => this.#orphans.adopt(given, leaseMs))
  }

  /** The lease's tag nonces and those of tags it did not know of; nothing when these may have been invalidated. */
  async #withLateTags(
    held: RedisLease,
    tags: readonly string[],
    ttlMs: number,
  ): Promise<ReadonlyMap<string, Buffer> | undefined> {
    const { partition, key, anyTag } = held
    const late = tags.filter((tag) => !held.tags.has(tag))
    if (late.length === 0) return held.tags
    const keys = [partition.anyTag, ...late.map((tag) => partition.tag(tag))]
    const args = [anyTag, ttlMs, ...late.map(tagNonce)]
    const answer = (await this.#commands.run(CAPTURE_LATE, this.#deadlineMs, keys, args, key)) as Buffer[] | null
    if (answer === null) return undefined
    return new Map([...held.tags, ...late.map((tag, index): [string, Buffer] => [tag, answer[index] as Buffer])])
  }
}
