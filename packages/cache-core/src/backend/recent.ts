import type { Clock } from '../contracts/clock.js'

/**
 * A store that takes over from another is rarely more than a second behind; Redis itself gives a replica up for lost
 * after ten (`min-replicas-max-lag`).
 */
const KEPT_MS = 15_000
/** More keys and tags than this, and the whole cache stands for them. */
const MAX_KEPT = 50_000

interface Entry {
  readonly at: number
  readonly count: number
  readonly oweAgain: () => void
}

/**
 * What a store has confirmed lately, in case another one takes over that never heard of it: an acknowledged change that
 * was not yet replicated is lost with the server that acknowledged it.
 */
export class Recent {
  readonly #clock: Clock
  readonly #everything: () => void
  #entries: Entry[] = []
  #from = 0
  #count = 0

  constructor(clock: Clock, oweEverything: () => void) {
    this.#clock = clock
    this.#everything = oweEverything
  }

  add(count: number, oweAgain: () => void): void {
    this.#forgetOld()
    this.#entries.push({ at: this.#clock.now(), count, oweAgain })
    this.#count += count
    if (this.#count > MAX_KEPT) {
      this.#entries = [{ at: this.#clock.now(), count: 1, oweAgain: this.#everything }]
      this.#from = 0
      this.#count = 1
    }
  }

  /** Owes all of it once more, and how much that is. It is kept: the next server may not have heard of it either. */
  oweAgain(): number {
    this.#forgetOld()
    for (let index = this.#from; index < this.#entries.length; index++) (this.#entries[index] as Entry).oweAgain()
    return this.#count
  }

  #forgetOld(): void {
    const limit = this.#clock.now() - KEPT_MS
    for (; this.#from < this.#entries.length; this.#from++) {
      const { at, count } = this.#entries[this.#from] as Entry
      if (at >= limit) break
      this.#count -= count
    }
    if (this.#from * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#from)
    this.#from = 0
  }
}
