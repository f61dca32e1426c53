import type { EntryStore } from './entry-store.js'
import { FIRST_SLOT } from './policy/lists.js'
import type { TagFences } from './tag-fences.js'

/** How many slots each store looks at, and how many one that finds no room. */
const STEP = 8
const WIDE_STEP = 64

/**
 * Finds entries whose time has passed, or whose tags were invalidated, though nobody asks for them: goes round the
 * slots in their order, a few at each store, and rests while it knows that there is nothing to find.
 */
export class Sweep {
  readonly #store: EntryStore
  readonly #tags: TagFences
  #hand = FIRST_SLOT
  /** Before this moment no entry ends. */
  #due = Number.POSITIVE_INFINITY
  /** The same for entries that this round has passed by. */
  #dueNext = Number.POSITIVE_INFINITY

  constructor(store: EntryStore, tags: TagFences) {
    this.#store = store
    this.#tags = tags
  }

  noteExpiry(until: number): void {
    if (until < this.#due) this.#due = until
    if (until < this.#dueNext) this.#dueNext = until
  }

  step(now: number): void {
    if (now >= this.#due || this.#tags.broken > 0) this.#look(now, STEP, false)
  }

  /** Looks for one entry that is of no use any more and removes it. */
  reclaim(now: number): boolean {
    return (now >= this.#due || this.#tags.broken > 0) && this.#look(now, WIDE_STEP, true)
  }

  #look(now: number, slots: number, onlyOne: boolean): boolean {
    const store = this.#store
    const { expiry } = store
    const fences = this.#tags.broken > 0 ? store.fences : undefined
    for (let left = slots; left > 0; left--) {
      if (this.#hand >= store.top) {
        this.#hand = FIRST_SLOT
        this.#due = this.#dueNext
        this.#dueNext = Number.POSITIVE_INFINITY
        if (now < this.#due && fences === undefined) return false
      }
      const slot = this.#hand++
      const until = expiry === undefined ? Number.POSITIVE_INFINITY : expiry[slot]!
      if (until <= now || fences?.[slot]?.some((fence) => fence.broken)) {
        store.remove(slot)
        if (onlyOne) return true
      } else if (until < this.#dueNext) this.#dueNext = until
    }
    return false
  }
}
