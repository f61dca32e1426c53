import { aborted, escapeGlob, type PatternOptions, partlyDone } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Keyspace, Partition } from './keyspace.js'
import { nonce } from './nonce.js'
import type { CheckedRedisOptions } from './options.js'
import { allParts, type Part } from './partly.js'
import { removePattern } from './remove-pattern.js'
import { EXPIRE, EXPIRE_TAGS } from './scripts/expire.js'
import { LOG_REMOVAL } from './scripts/removals.js'
import { REMOVE } from './scripts/remove.js'
import type { Script } from './scripts/script.js'
import { Singly } from './singly.js'

/** Keys changed by one script: the server does nothing else meanwhile. */
const KEYS_PER_SCRIPT = 250

/** A longer pattern is not remembered: everything that is being computed is refused. In bytes. */
const MAX_REMEMBERED = 1024

/**
 * Makes values invalid or stale. Each verb settles when every partition has confirmed it, and rejects otherwise:
 * `E_INVALIDATION_PARTIAL` when some have.
 */
export class Invalidator {
  readonly #commands: Commands
  readonly #keys: Keyspace
  readonly #singly: Singly
  readonly #options: CheckedRedisOptions

  constructor(commands: Commands, keys: Keyspace, options: CheckedRedisOptions) {
    this.#commands = commands
    this.#keys = keys
    this.#singly = new Singly(commands, keys)
    this.#options = options
  }

  remove(keys: readonly string[]): Promise<number> {
    return this.#eachKey('delete', keys, REMOVE, [])
  }

  /** While a slot moves, its keys are removed instead: nothing fresh is left either way. */
  expire(keys: readonly string[], at: number): Promise<number> {
    return this.#eachKey('expire', keys, EXPIRE, [Math.round(at)])
  }

  async invalidateTags(tags: readonly string[]): Promise<void> {
    await this.#unlinkEverywhere('invalidateTags', (partition) => [
      partition.anyTag,
      ...tags.map((tag) => partition.tag(tag)),
    ])
  }

  async expireTags(tags: readonly string[]): Promise<void> {
    const { invalidateMs, clock } = this.#options
    const at = Buffer.alloc(6)
    at.writeUIntLE(Math.round(clock.now()), 0, 6)
    await this.#unlinkEverywhere('expireTags', ({ anyTag }) => [anyTag])
    await this.#everywhere('expireTags', (partition) => {
      const args = [at, ...tags.map(nonce)]
      const names = tags.map((tag) => partition.tag(tag))
      const whole = this.#commands.run(EXPIRE_TAGS, invalidateMs, names, args)
      return this.#singly.instead<unknown>(whole, () => this.#singly.expireTags(names, args, invalidateMs))
    })
  }

  async clear(prefix: string): Promise<void> {
    if (prefix === '') await this.#unlinkEverywhere('clear', ({ epoch }) => [epoch])
    else await this.removePattern(`${escapeGlob(prefix)}*`, {})
  }

  async removePattern(glob: string, options: PatternOptions): Promise<number> {
    if (options.signal?.aborted) throw aborted(options.signal)
    await this.#refuseLoads(glob)
    try {
      return await removePattern(glob, options, {
        commands: this.#commands,
        keys: this.#keys,
        deadlineMs: this.#options.invalidateMs,
        remove: (keys) => this.remove(keys),
        clear: async (partitions) => {
          await this.#unlinkEverywhere('deletePattern', ({ epoch }) => [epoch], partitions)
        },
      })
    } catch (error) {
      throw partlyDone(error)
    }
  }

  /** What is being computed for a matching key is refused, were the key unknown to the server. */
  async #refuseLoads(glob: string): Promise<void> {
    if (Buffer.byteLength(glob) > MAX_REMEMBERED) {
      await this.#unlinkEverywhere('deletePattern', ({ removals }) => [removals])
      return
    }
    const { invalidateMs } = this.#options
    const entry = Buffer.concat([nonce(), Buffer.from(glob)])
    await this.#everywhere('deletePattern', ({ removals }) =>
      this.#commands.run(LOG_REMOVAL, invalidateMs, [removals], [entry]),
    )
  }

  #unlinkEverywhere(op: string, names: (partition: Partition) => string[], partitions?: readonly Partition[]) {
    const { invalidateMs } = this.#options
    return this.#everywhere(
      op,
      (partition) => {
        const all = names(partition)
        const whole = this.#commands.send(op, invalidateMs, (client) => client.unlink(all), undefined, all[0])
        return all.length === 1 ? whole : this.#singly.instead(whole, () => this.#singly.unlink(op, all, invalidateMs))
      },
      partitions,
    )
  }

  #everywhere<T>(op: string, run: (partition: Partition) => Promise<T>, partitions = this.#keys.partitions) {
    return allParts(
      op,
      partitions.map((partition): Part<T> => ({ partition, work: run(partition) })),
    )
  }

  /** Runs a script over keys, some at a time, and adds up what it counts. */
  async #eachKey(op: string, keys: readonly string[], script: Script, args: readonly number[]): Promise<number> {
    const parts: Part<number>[] = []
    for (const [partition, group] of this.#keys.group(keys)) {
      for (let from = 0; from < group.keys.length; from += KEYS_PER_SCRIPT) {
        const chunk = group.keys.slice(from, from + KEYS_PER_SCRIPT)
        parts.push({ partition, work: this.#chunk(op, partition, chunk, script, args) })
      }
    }
    const counts = await allParts(op, parts)
    return counts.reduce((sum, count) => sum + count, 0)
  }

  #chunk(op: string, partition: Partition, keys: readonly string[], script: Script, args: readonly number[]) {
    const { invalidateMs } = this.#options
    const names = keys.flatMap((key) => [partition.value(key), partition.lease(key)])
    const all = [partition.tagPrefix, this.#keys.channel, ...args, ...keys]
    const only = keys.length === 1 ? keys[0] : undefined
    const whole = this.#commands.run(script, invalidateMs, [partition.epoch, ...names], all, only)
    return this.#singly.instead(whole.then(Number), async () => {
      const parts = keys.map((key) => ({ partition, work: this.#singly.remove(partition, key, invalidateMs) }))
      return (await allParts(op, parts)).filter(Boolean).length
    })
  }
}
