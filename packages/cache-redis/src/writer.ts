import { type Draft, isCacheError, partlyDone } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Keyspace } from './keyspace.js'
import { nonce, tagNonce } from './nonce.js'
import type { CheckedRedisOptions } from './options.js'
import { nonceTtl, type Packed, type Packer, redisTtl } from './packer.js'
import type { Punctual } from './punctual.js'
import { TOUCH } from './scripts/touch.js'
import { WRITE } from './scripts/write.js'
import { Singly } from './singly.js'

/** The time limit of a write counts from when it is sent: of many, not all are sent at once. */
const WRITES_AT_ONCE = 500

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
    let stored = 0
    for (let from = 0; from < packed.length; from += WRITES_AT_ONCE) {
      const window = packed.slice(from, from + WRITES_AT_ONCE)
      const settled = await Promise.allSettled(window.map(([key, one]) => this.#store(key, one)))
      const failed = settled.filter((result) => result.status === 'rejected')
      stored += settled.length - failed.length
      const unknown = failed.find(({ reason }) => isCacheError(reason) && reason.outcome === 'unknown')
      const reason: unknown = (unknown ?? failed[0])?.reason
      if (failed.length > 0) throw stored > 0 ? partlyDone(reason) : reason
    }
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
