import type { EntryStore } from './entry-store.js'
import { FIRST_SLOT } from './policy/lists.js'
import type { TagFence, TagFences } from './tag-fences.js'

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
    const { expiry, fences } = this.#store
    const tagged = this.#tags.broken > 0 ? fences : undefined
    for (let left = slots; left > 0; ) {
      if (this.#hand >= this.#store.top) {
        this.#hand = FIRST_SLOT
        this.#due = this.#dueNext
        this.#dueNext = Number.POSITIVE_INFINITY
        if (now < this.#due && tagged === undefined) return false
      }
      const end = Math.min(this.#store.top, this.#hand + left)
      left -= end - this.#hand
      let slot = this.#hand
      let next = this.#dueNext
      this.#hand = end
      for (; slot < end; slot++) {
        const until = expiry === undefined ? Number.POSITIVE_INFINITY : expiry[slot]!
        if (until <= now || (tagged !== undefined && isBroken(tagged[slot]))) {
          this.#store.remove(slot)
          if (!onlyOne) continue
          this.#hand = slot + 1
          this.#dueNext = next
          return true
        }
        if (until < next) next = until
      }
      this.#dueNext = next
    }
    return false
  }
}

const isBroken = (fences: readonly TagFence[] | undefined): boolean => fences?.some((fence) => fence.broken) ?? false
