import type { Draft } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Keyspace } from './keyspace.js'
import { nonce, tagNonce } from './nonce.js'
import type { CheckedRedisOptions } from './options.js'
import { nonceTtl, type Packed, type Packer, redisTtl } from './packer.js'
import type { Punctual } from './punctual.js'
import { TOUCH } from './scripts/touch.js'
import { WRITE } from './scripts/write.js'
import { Singly } from './singly.js'

/** Stores what nobody computed under a lease: a write beats every computation acquired before it. */
export class Writer {
  readonly #commands: Commands
  readonly #punctual: Punctual
  readonly #keys: Keyspace
  readonly #packer: Packer
  readonly #singly: Singly
  readonly #options: CheckedRedisOptions

  constructor(commands: Commands, punctual: Punctual, keys: Keyspace, packer: Packer, options: CheckedRedisOptions) {
    this.#commands = commands
    this.#punctual = punctual
    this.#keys = keys
    this.#packer = packer
    this.#singly = new Singly(commands, keys)
    this.#options = options
  }

  async write(key: string, draft: Draft): Promise<void> {
    await this.#store(key, this.#packer.pack(key, draft))
  }

  async writeMany(drafts: ReadonlyMap<string, Draft>): Promise<void> {
    // What cannot be encoded is found before anything is sent.
    const packed = [...drafts].map(([key, draft]) => [key, this.#packer.pack(key, draft)] as const)
    const settled = await Promise.allSettled(packed.map(([key, one]) => this.#store(key, one)))
    for (const result of settled) if (result.status === 'rejected') throw result.reason
  }

  async touch(key: string, freshUntil: number, keepUntil: number): Promise<boolean> {
    const { clock, writeMs } = this.#options
    const partition = this.#keys.of(key)
    const ttlMs = redisTtl(keepUntil - clock.now())
    const until = (ms: number): string => (ms === Number.POSITIVE_INFINITY ? '' : String(ms))
    const args = [partition.tagPrefix, until(freshUntil), until(keepUntil), ttlMs, nonceTtl(ttlMs)]
    return (await this.#commands.run(TOUCH, writeMs, [partition.value(key), partition.epoch], args, key)) === 1
  }

  async #store(key: string, packed: Packed): Promise<void> {
    const { parts, ttlMs, tags } = packed
    const { writeMs } = this.#options
    const partition = this.#keys.of(key)
    const tagArgs = parts.tags.flatMap((tag) => [tagNonce(), tag])
    const stored = this.#punctual.run(
      WRITE,
      partition,
      writeMs,
      [partition.value(key), partition.lease(key), partition.epoch, ...tags.map((tag) => partition.tag(tag))],
      [ttlMs, nonceTtl(ttlMs), this.#keys.channel, key, parts.head, parts.middle, parts.payload, nonce(), ...tagArgs],
      key,
    )
    await this.#singly.instead<unknown>(stored, () =>
      this.#singly.write(this.#punctual, partition, key, packed, writeMs),
    )
  }
}
