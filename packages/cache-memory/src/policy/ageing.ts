import type { Ghosts } from './ghosts.js'
import { FIRST_SLOT } from './lists.js'
import { FREQUENCY } from './meta.js'

/** Frequencies are halved after so many accesses per entry. */
const PERIOD = 10
const SMALLEST = 64
/** More halvings than these make every frequency 0. */
const MOST = 4
/** How many slots, and how many ghosts, an operation ages at most. */
const SLOTS = 256
const CELLS = 1024

/** Lets past popularity fade: halves all frequencies from time to time, a few at each operation. */
export class Ageing {
  #period: number
  #left: number
  /** How many halvings the present pass does at once: several after a long time without misses. */
  #times = 0
  #hand = FIRST_SLOT
  #slotsDone = true
  #ghostsDone = true

  constructor(capacity: number) {
    this.#period = PERIOD * Math.max(capacity, SMALLEST)
    this.#left = this.#period
  }

  fit(capacity: number): void {
    this.#period = PERIOD * Math.max(capacity, SMALLEST)
    this.#left = Math.min(this.#left, this.#period)
  }

  /** After how many accesses there will be something to do; 0 while a pass is under way. */
  get left(): number {
    return this.#slotsDone && this.#ghostsDone ? this.#left : 0
  }

  after(accesses: number, meta: Uint8Array, ghosts: Ghosts): void {
    this.#left -= accesses
    if (!this.#slotsDone) this.#ageSlots(meta)
    if (!this.#ghostsDone) this.#ghostsDone = ghosts.age(CELLS, this.#times)
    if (this.#left > 0 || !this.#slotsDone || !this.#ghostsDone) return
    const periods = 1 + Math.floor(-this.#left / this.#period)
    this.#left += periods * this.#period
    this.#times = Math.min(MOST, periods)
    this.#slotsDone = false
    this.#ghostsDone = false
  }

  #ageSlots(meta: Uint8Array): void {
    const end = Math.min(meta.length, this.#hand + SLOTS)
    const times = this.#times
    for (let slot = this.#hand; slot < end; slot++)
      meta[slot] = (meta[slot]! & ~FREQUENCY) | ((meta[slot]! & FREQUENCY) >> times)
    this.#slotsDone = end === meta.length
    this.#hand = this.#slotsDone ? FIRST_SLOT : end
  }
}
