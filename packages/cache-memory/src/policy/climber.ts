/** Up to this many entries a larger window is tried first, beyond it a smaller one. */
const SMALL = 512
/** What of the capacity one step is. */
const STEP = 0.0625
/** Each step is smaller than the one before, until the hit ratio jumps. */
const DECAY = 0.98
/** A change of the hit ratio by this much means that the traffic changed: begin again. */
const JUMP = 0.05
/** A sample is at least this many accesses, and this many times the capacity, growing while nothing changes. */
const SHORTEST = 1000
const FIRST_FACTOR = 2
const LAST_FACTOR = 10
const GROWTH = 1.5
/** The share of the window: at first, at least and at most. */
const FIRST_SHARE = 0.01
const LEAST_SHARE = 0.005
const MOST_SHARE = 0.9

/** Looks for the best size of the window: a step in one direction, and on while the hit ratio gets better. */
export class Climber {
  #capacity: number
  #size: number
  #step: number
  #factor = FIRST_FACTOR
  #previous = -1
  #hits = 0
  #misses = 0
  #length: number

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#size = Math.max(1, Math.round(capacity * FIRST_SHARE))
    this.#step = capacity <= SMALL ? Math.max(1, STEP * capacity) : -STEP * capacity
    this.#length = this.#lengthOfSample()
  }

  /** How many entries the window should hold. */
  get window(): number {
    return Math.max(1, Math.round(this.#size))
  }

  /** The cache turned out to hold another number of entries. */
  fit(capacity: number): void {
    const ratio = capacity / this.#capacity
    this.#capacity = capacity
    this.#size *= ratio
    this.#step *= ratio
    this.#length = this.#lengthOfSample()
  }

  /** How many reads the present sample still takes. */
  get left(): number {
    return this.#length - this.#hits - this.#misses
  }

  /** Counts reads. True when the window changed, which it does only when the cache is full. */
  after(hits: number, misses: number, full: boolean): boolean {
    this.#hits += hits
    this.#misses += misses
    const accesses = this.#hits + this.#misses
    if (accesses < this.#length) return false
    if (full) this.#climb(this.#hits / accesses)
    this.#hits = 0
    this.#misses = 0
    this.#length = this.#lengthOfSample()
    return full
  }

  #climb(ratio: number): void {
    const first = this.#previous < 0
    const change = first ? 0 : ratio - this.#previous
    const move = change >= 0 ? this.#step : -this.#step
    if (Math.abs(change) >= JUMP) {
      this.#step = Math.max(1, STEP * this.#capacity) * Math.sign(move || 1)
      this.#factor = FIRST_FACTOR
    } else if (!first) {
      this.#step = DECAY * move
      this.#factor = Math.min(LAST_FACTOR, this.#factor * GROWTH)
    }
    const least = Math.max(1, LEAST_SHARE * this.#capacity)
    this.#size = Math.min(MOST_SHARE * this.#capacity, Math.max(least, this.#size + move))
    this.#previous = ratio
  }

  #lengthOfSample(): number {
    return Math.max(SHORTEST, this.#factor * this.#capacity)
  }
}
