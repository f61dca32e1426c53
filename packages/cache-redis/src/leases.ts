import type { Acquired, AcquireRequest, Draft, Filled, Lease } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Keyspace, Partition } from './keyspace.js'
import { leaseToken, nonce, tagNonce } from './nonce.js'
import type { CheckedRedisOptions } from './options.js'
import { nonceTtl, type Packer } from './packer.js'
import type { Punctual } from './punctual.js'
import { ACQUIRE } from './scripts/acquire.js'
import { CAPTURE_LATE } from './scripts/capture-late.js'
import { FILL } from './scripts/fill.js'
import { RELEASE, RENEW } from './scripts/leases.js'
import { sealEnvelope, writeIdOf } from './wire/envelope.js'

/** A lease of this backend: its token, and the nonces as they stood when it was given. */
interface RedisLease extends Lease {
  readonly partition: Partition
  readonly token: string
  readonly epoch: Buffer
  readonly barrier: Buffer
  readonly anyTag: Buffer
  readonly tags: ReadonlyMap<string, Buffer>
}

/** Who may compute a key, and what becomes of his result. */
export class Leases {
  readonly #commands: Commands
  readonly #keys: Keyspace
  readonly #packer: Packer
  readonly #punctual: Punctual
  readonly #deadlineMs: number

  constructor(
    commands: Commands,
    punctual: Punctual,
    keys: Keyspace,
    packer: Packer,
    { writeMs }: CheckedRedisOptions,
  ) {
    this.#commands = commands
    this.#punctual = punctual
    this.#keys = keys
    this.#packer = packer
    this.#deadlineMs = writeMs
  }

  async acquire(key: string, { version, tags, leaseMs, keepMs }: AcquireRequest): Promise<Acquired> {
    const partition = this.#keys.of(key)
    const { epoch, barrier, anyTag } = partition
    const token = leaseToken()
    const [answered, ...rest] = await this.#punctual.run(
      ACQUIRE,
      partition,
      this.#deadlineMs,
      [partition.value(key), partition.lease(key), epoch, barrier, anyTag, ...tags.map((tag) => partition.tag(tag))],
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
    const status = String(answered)
    if (status === 'changed') return { status }
    if (status === 'wait') return { status, leaseMs: Math.max(1, Number(rest[0])) }
    const [epochNonce, barrierNonce, anyTagNonce, ...tagNonces] = rest as Buffer[]
    const lease: RedisLease = {
      key,
      partition,
      token,
      epoch: epochNonce as Buffer,
      barrier: barrierNonce as Buffer,
      anyTag: anyTagNonce as Buffer,
      tags: new Map(tags.map((tag, index) => [tag, tagNonces[index] as Buffer])),
    }
    return { status: 'own', lease }
  }

  async fill(lease: Lease, draft: Draft | undefined): Promise<Filled> {
    const held = lease as RedisLease
    const { key, partition, token, epoch, barrier } = held
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
      [partition.barrier, barrier],
      ...[...nonces].map(([tag, value]): [string, Buffer] => [partition.tag(tag), value]),
    ])
    const answer = await this.#commands.run(
      FILL,
      this.#deadlineMs,
      [partition.value(key), partition.lease(key), ...compared.keys()],
      [token, ttlMs, nonceTtl(ttlMs), this.#keys.channel, key, envelope, ...compared.values()],
      key,
    )
    return String(answer) as Filled
  }

  async renew(lease: Lease, leaseMs: number): Promise<boolean> {
    const { key, partition, token, tags } = lease as RedisLease
    const { epoch, barrier, anyTag } = partition
    const nonces = [epoch, barrier, anyTag, ...[...tags.keys()].map((tag) => partition.tag(tag))]
    const keys = [partition.lease(key), ...nonces]
    return (await this.#commands.run(RENEW, this.#deadlineMs, keys, [token, leaseMs, nonceTtl(leaseMs)], key)) === 1
  }

  async release(lease: Lease): Promise<void> {
    const { key, partition, token } = lease as RedisLease
    const args = [token, this.#keys.channel, key]
    await this.#commands.run(RELEASE, this.#deadlineMs, [partition.lease(key)], args, key)
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
