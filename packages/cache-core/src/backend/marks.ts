import { randomUUID } from 'node:crypto'
import type { Clock } from '../contracts/clock.js'
import type { KeyValueStore } from '../contracts/key-value-store.js'
import type { KeyQueue } from './key-queue.js'

export interface Mark {
  /** Goes with the tag's invalidation. */
  readonly id: string
  /** Changes when the tag is expired. */
  readonly period: string
  /** When it was last expired, epoch milliseconds. 0 for never. */
  readonly expiredAt: number
  /** Epoch milliseconds, or null for ever. */
  readonly until: number | null
}

/** Marks outlive the entries that need them. */
const MARGIN_MS = 60_000

const isMark = (payload: unknown): payload is Mark =>
  typeof payload === 'object' &&
  payload !== null &&
  typeof (payload as Mark).id === 'string' &&
  typeof (payload as Mark).period === 'string'

/** The same period of the same tag. */
export const sameMark = (one: Mark | undefined, other: Mark | undefined): boolean =>
  one !== undefined && one.id === other?.id && one.period === other.period

/** Whether a mark is kept for as long as a value. */
export const outlives = (mark: Mark | undefined, keepUntil: number): boolean =>
  mark !== undefined && (mark.until === null || mark.until >= keepUntil)

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

  /** The marks the tags have now. */
  async current(tags: readonly string[]): Promise<readonly (Mark | undefined)[]> {
    if (tags.length === 0) return []
    const names = tags.map(nameOf)
    const payloads = this.#store.getMany
      ? await this.#store.getMany(names)
      : await Promise.all(names.map((name) => this.#store.get(name)))
    return payloads.map((payload) => (isMark(payload) ? payload : undefined))
  }

  /** The mark of a tag, made if there is none, and kept for at least `keepMs`. */
  ensure(tag: string, keepMs: number): Promise<Mark> {
    const name = nameOf(tag)
    // Queued: between reading a mark and prolonging it nobody may remove it, or it would rise again.
    return this.#queue.run(name, async () => {
      const found = await this.#store.get(name)
      const until = this.#clock.now() + keepMs + MARGIN_MS
      const forEver = until === Number.POSITIVE_INFINITY
      if (isMark(found) && (found.until === null || (!forEver && found.until >= until))) return found
      const fresh = { id: randomUUID(), period: randomUUID(), expiredAt: 0 }
      const mark: Mark = { ...(isMark(found) ? found : fresh), until: forEver ? null : until }
      await this.#store.set(name, mark, forEver ? {} : { ttlMs: Math.ceil(keepMs + MARGIN_MS) })
      return mark
    })
  }

  /** Begins a new period of a tag that is in use. */
  async expire(tag: string, at: number): Promise<void> {
    const name = nameOf(tag)
    await this.#queue.run(name, async () => {
      const found = await this.#store.get(name)
      if (!isMark(found)) return
      const ttl = found.until === null ? {} : { ttlMs: Math.max(1, Math.ceil(found.until - this.#clock.now())) }
      await this.#store.set(name, { ...found, period: randomUUID(), expiredAt: at }, ttl)
    })
  }

  async remove(tag: string): Promise<void> {
    const name = nameOf(tag)
    await this.#queue.run(name, async () => this.#store.delete(name))
  }
}

export const MARK_PREFIX = 't:'
const nameOf = (tag: string): string => MARK_PREFIX + tag
