import { setImmediate } from 'node:timers/promises'
import { aborted, type MaybePromise, type PatternOptions } from '@holdfast/cache-core'
import type { EntryStore } from './entry-store.js'
import type { KeyMatcher } from './key-matcher.js'
import { FIRST_SLOT } from './policy/lists.js'
import { prefixSignature } from './signature.js'

/** Up to this many slots a removal is done when the call returns. */
const AT_ONCE = 4096
/** How many slots a longer one looks at before it lets the program go on; a slot whose key is looked at counts more. */
const SLICE = 16_384
const KEY_COUNTS = 8

/** The removal of all matching entries that were there when it began. */
export interface Removal extends KeyMatcher {
  /** Entries with a greater version came later. */
  upTo: number
  /** How many valid entries it removed so far. */
  count: number
}

/**
 * Removals of many keys. Large ones go in slices; but from the moment they begin nobody is given what they will remove,
 * or somebody could compute a new value from it and store that behind their back.
 */
export class Removals {
  readonly #store: EntryStore
  /** Whether an entry is valid, a running removal aside. */
  readonly #isValid: (slot: number) => boolean
  readonly #running = new Set<Removal>()

  constructor(store: EntryStore, isValid: (slot: number) => boolean) {
    this.#store = store
    this.#isValid = isValid
    // Whoever came after a removal began now falls under it: to remove too much is no lie.
    store.renumbered = () => {
      for (const removal of this.#running) removal.upTo = store.latestVersion
    }
  }

  /** The running removal that an entry falls under. */
  of(slot: number): Removal | undefined {
    if (this.#running.size === 0) return undefined
    for (const removal of this.#running) if (this.#fallsUnder(slot, removal)) return removal
    return undefined
  }

  /** `begun` is called when the entries cannot be read any more. Counts the valid ones that were removed. */
  run(matcher: KeyMatcher, begun: () => void, options: PatternOptions): MaybePromise<number> {
    const removal: Removal = { ...matcher, upTo: this.#store.latestVersion, count: 0 }
    this.#running.add(removal)
    this.#store.guarded = true
    let inSlices = false
    try {
      begun()
      inSlices = this.#store.top - FIRST_SLOT > AT_ONCE
      if (inSlices) return this.#inSlices(removal, options)
      this.#scan(removal, FIRST_SLOT, this.#store.top, Number.POSITIVE_INFINITY)
      options.onProgress?.(removal.count)
      return removal.count
    } finally {
      if (!inSlices) this.#end(removal)
    }
  }

  async #inSlices(removal: Removal, { signal, onProgress }: PatternOptions): Promise<number> {
    try {
      const end = this.#store.top
      for (let from = FIRST_SLOT; from < end; ) {
        if (from > FIRST_SLOT) await setImmediate()
        if (signal?.aborted) throw aborted(signal)
        from = this.#scan(removal, from, end, SLICE)
        onProgress?.(removal.count)
      }
      return removal.count
    } finally {
      this.#end(removal)
    }
  }

  #end(removal: Removal): void {
    this.#running.delete(removal)
    this.#store.guarded = this.#store.fences !== undefined || this.#running.size > 0
  }

  /** Answers with the slot to go on from. */
  #scan(removal: Removal, from: number, end: number, slice: number): number {
    const { signatures } = this.#store
    const { signature, mask } = prefixSignature(removal.prefix)
    let left = slice
    let slot = from
    for (; slot < end && left > 0; slot++) {
      left--
      if (signatures !== undefined && ((signatures[slot]! ^ signature) & mask) !== 0) continue
      left -= KEY_COUNTS
      if (!this.#fallsUnder(slot, removal)) continue
      if (this.#isValid(slot)) removal.count++
      this.#store.remove(slot)
    }
    return slot
  }

  #fallsUnder(slot: number, removal: Removal): boolean {
    const key = this.#store.keys[slot]
    if (key === undefined) return false
    return this.#store.versions[slot]! <= removal.upTo && key.startsWith(removal.prefix) && removal.matches(key)
  }
}
