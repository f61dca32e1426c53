import { randomUUID } from 'node:crypto'
import type { Clock } from '../contracts/clock.js'
import type { KeyValueStore } from '../contracts/key-value-store.js'
import type { KeyQueue } from './key-queue.js'

interface Mark {
  readonly id: string
  /** Epoch milliseconds, or null for ever. */
  readonly until: number | null
}

/** Marks outlive the entries that need them. */
const MARGIN_MS = 60_000

const isMark = (payload: unknown): payload is Mark =>
  typeof payload === 'object' && payload !== null && typeof (payload as Mark).id === 'string'

/**
 * Tags of a plain store. A tag's mark is an ordinary entry with a random id; entries remember the ids they were stored
 * with. Invalidating removes the mark. A mark that is missing matches nothing, and an id never comes back.
 */
export class Marks {
  readonly #store: KeyValueStore
  readonly #queue: KeyQueue
  readonly #clock: Clock

  constructor(store: KeyValueStore, queue: KeyQueue, clock: Clock) {
    this.#store = store
    this.#queue = queue
    this.#clock = clock
  }

  /** The ids the tags have now. */
  async current(tags: readonly string[]): Promise<readonly (string | undefined)[]> {
    if (tags.length === 0) return []
    const names = tags.map(nameOf)
    const payloads = this.#store.getMany
      ? await this.#store.getMany(names)
      : await Promise.all(names.map((name) => this.#store.get(name)))
    return payloads.map((payload) => (isMark(payload) ? payload.id : undefined))
  }

  /** The id of a tag, made if there is none, and kept for at least `keepMs`. */
  ensure(tag: string, keepMs: number): Promise<string> {
    const name = nameOf(tag)
    // Queued: between reading a mark and prolonging it nobody may remove it, or it would rise again.
    return this.#queue.run(name, async () => {
      const found = await this.#store.get(name)
      const until = this.#clock.now() + keepMs + MARGIN_MS
      const forEver = until === Number.POSITIVE_INFINITY
      if (isMark(found) && (found.until === null || (!forEver && found.until >= until))) return found.id
      const mark: Mark = { id: isMark(found) ? found.id : randomUUID(), until: forEver ? null : until }
      await this.#store.set(name, mark, forEver ? {} : { ttlMs: Math.ceil(keepMs + MARGIN_MS) })
      return mark.id
    })
  }

  async remove(tag: string): Promise<void> {
    const name = nameOf(tag)
    await this.#queue.run(name, async () => this.#store.delete(name))
  }
}

export const MARK_PREFIX = 't:'
const nameOf = (tag: string): string => MARK_PREFIX + tag
