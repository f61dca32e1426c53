import { aborted, compileGlob, type PatternOptions } from '@holdfast/cache-core'
import { owners } from './cluster/owners.js'
import type { Commands } from './connection/commands.js'
import type { RedisLike } from './connection/redis-like.js'
import type { Keyspace, Partition } from './keyspace.js'

/** Keys looked at per step: small enough that other clients hardly notice. */
const SCAN_COUNT = 250

interface Tools {
  readonly commands: Commands
  readonly keys: Keyspace
  readonly deadlineMs: number
  readonly remove: (keys: readonly string[]) => Promise<number>
  /** Makes everything in some partitions invalid. */
  readonly clear: (partitions: readonly Partition[]) => Promise<void>
}

/**
 * Walks the keys of every master and removes those that match. In a cluster a partition that was on the move meanwhile
 * may have been missed at both ends; it is cleared, because forgetting too much is no lie.
 */
export async function removePattern(glob: string, options: PatternOptions, tools: Tools): Promise<number> {
  const { commands, keys, deadlineMs } = tools
  const { client } = commands
  const walk = new Walk(glob, options, tools)
  if (client.nodes === undefined) {
    await walk.master(client)
    return walk.end()
  }
  await commands.ready('deletePattern')
  const masters = client.nodes('master')
  const before = await owners(commands, masters, deadlineMs, keys.partitions)
  await Promise.all(masters.map((master) => walk.master(master)))
  const after = await owners(commands, client.nodes('master'), deadlineMs, keys.partitions)
  const moved = keys.partitions.filter(
    (partition) => !before.has(partition) || before.get(partition) !== after.get(partition),
  )
  if (moved.length > 0) await tools.clear(moved)
  return walk.end()
}

class Walk {
  readonly #tools: Tools
  readonly #options: PatternOptions
  readonly #matches: (key: string) => boolean
  readonly #pattern: string
  #count = 0

  constructor(glob: string, options: PatternOptions, tools: Tools) {
    this.#tools = tools
    this.#options = options
    // The server's pattern is only a sieve: the exact match is made here, by characters.
    this.#matches = compileGlob(glob)
    this.#pattern = tools.keys.scanPattern(glob)
  }

  async master(master: RedisLike): Promise<void> {
    const { commands, deadlineMs } = this.#tools
    let cursor = '0'
    let removing: Promise<number> = Promise.resolve(0)
    do {
      const scan = () => master.callBuffer('SCAN', cursor, 'MATCH', this.#pattern, 'COUNT', SCAN_COUNT)
      const scanning = commands.send('deletePattern', deadlineMs, scan) as Promise<[Buffer, Buffer[]]>
      // The next step is looked up while the previous one is removed. A failure of either ends the job.
      const [removed, [next, found]] = await Promise.all([removing, scanning])
      this.#removed(removed)
      removing = this.#removeMatching(found)
      removing.catch(() => undefined)
      cursor = next.toString()
    } while (cursor !== '0')
    this.#removed(await removing)
  }

  end(): number {
    this.#options.onProgress?.(this.#count)
    return this.#count
  }

  #removeMatching(found: readonly Buffer[]): Promise<number> {
    const matching = [...new Set(found.map((name) => this.#tools.keys.keyOf(name)))].filter(this.#matches)
    return matching.length > 0 ? this.#tools.remove(matching) : Promise.resolve(0)
  }

  #removed(count: number): void {
    const { signal, onProgress } = this.#options
    this.#count += count
    if (count > 0) onProgress?.(this.#count)
    if (signal?.aborted) throw aborted(signal)
  }
}
