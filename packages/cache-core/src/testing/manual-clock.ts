import type { Cancel, Clock } from '../contracts/clock.js'

interface Timer {
  readonly at: number
  readonly then: () => void
}

/** Time that passes only when told to, and chance that always answers the same. */
export class ManualClock implements Clock {
  #now: number
  #random = 0
  readonly #timers = new Set<Timer>()

  /** @param start epoch milliseconds */
  constructor(start = 1_700_000_000_000) {
    this.#now = start
  }

  /** How many timers are set. None should be when nothing is going on. */
  get pending(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  random(): number {
    return this.#random
  }

  /** What `random` answers from now on. */
  setRandom(value: number): void {
    this.#random = value
  }

  after(ms: number, then: () => void): Cancel {
    const timer: Timer = { at: this.#now + Math.max(0, ms), then }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass, with every timer at its moment, and what the timers set going before the next one. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
      this.#now = due.at
      this.#timers.delete(due)
      due.then()
      await settle()
    }
    this.#now = end
    await settle()
  }

  /** Moves the time without firing a timer, as a clock that is set does. */
  step(ms: number): void {
    this.#now += ms
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer
    return next
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}
