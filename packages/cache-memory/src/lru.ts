import { badInput, type Entry } from '@holdfast/cache-core'
import type { TagFence } from './tag-fences.js'

export interface Stored {
  entry: Entry
  readonly fences: readonly TagFence[]
  readonly weight: number
}

interface LruOptions {
  readonly maxEntries: number
  readonly maxWeight: number
  readonly weigh: ((value: unknown, key: string) => number) | undefined
  /** Hears of every entry that leaves, for whatever reason. */
  readonly dropped: (stored: Stored) => void
}

/** How many entries each store looks at to find some whose time has passed. */
const SWEEP_STEP = 2

/** A bounded map in order of use: the first is the least recently used. */
export class Lru {
  readonly #options: LruOptions
  readonly #map = new Map<string, Stored>()
  #sweep = this.#map.entries()
  weight = 0

  constructor(options: LruOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#map.size
  }

  keys(): IterableIterator<string> {
    return this.#map.keys()
  }

  get(key: string): Stored | undefined {
    return this.#map.get(key)
  }

  /** Makes an entry the most recently used. */
  use(key: string, stored: Stored): void {
    this.#map.delete(key)
    this.#map.set(key, stored)
  }

  /** Weighs before it asks for the fences, so that a `weigh` that throws leaves nothing behind. */
  set(key: string, entry: Entry, fencesOf: (tags: readonly string[]) => readonly TagFence[], now: number): void {
    const { maxEntries, maxWeight, weigh, dropped } = this.#options
    const weight = this.#weigh(weigh, entry, key)
    const stored: Stored = { entry, fences: fencesOf(entry.tags), weight }
    this.delete(key)
    // What alone is too heavy would drive out everything and still not fit.
    if (stored.weight > maxWeight) {
      dropped(stored)
      return
    }
    this.#map.set(key, stored)
    this.weight += stored.weight
    this.#removeSomeExpired(now)
    while (this.#map.size > maxEntries || this.weight > maxWeight) {
      const oldest = this.#map.keys().next().value
      if (oldest === undefined) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const stored = this.#map.get(key)
    if (stored === undefined) return
    this.#map.delete(key)
    this.weight = this.#map.size === 0 ? 0 : this.weight - stored.weight
    this.#options.dropped(stored)
  }

  clear(): void {
    for (const stored of this.#map.values()) this.#options.dropped(stored)
    this.#map.clear()
    this.weight = 0
  }

  #weigh(weigh: LruOptions['weigh'], entry: Entry, key: string): number {
    if (weigh === undefined) return 0
    const weight = weigh(entry.value, key)
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw badInput(`weigh returned ${String(weight)}`, 'Return a finite number that is not negative', { key })
    return weight
  }

  /** Goes through the map a few entries at a time, so that what nobody asks for again leaves too. */
  #removeSomeExpired(now: number): void {
    for (let step = 0; step < SWEEP_STEP; step++) {
      const next = this.#sweep.next()
      if (next.done) {
        this.#sweep = this.#map.entries()
        return
      }
      const [key, stored] = next.value
      if (stored.entry.keepUntil <= now || stored.fences.some((fence) => fence.broken)) this.delete(key)
    }
  }
}
