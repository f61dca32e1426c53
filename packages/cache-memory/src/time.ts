import { type Clock, systemClock } from '@holdfast/cache-core'

/** The time as a store asks for it. */
export interface Time {
  /** Epoch milliseconds, for reads: may lag as the class says. */
  now(): number
  /** Epoch milliseconds, for what others are told or what is written down. No later `now` is before it. */
  exact(): number
  /** Ends what goes on in the background. Asking again would begin it anew. */
  close(): void
}

/** Of an injected clock: asked every time. */
export class ExactTime implements Time {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  exact(): number {
    return this.#clock.now()
  }

  close(): void {}
}

const REMEMBERED_MS = 1
const REMEMBERED_ASKS = 256

/**
 * Asking the system for the time costs more than a whole read. So an answer is used again until a millisecond of timers
 * has passed, or for 256 asks when the program does not let timers run. Idle, it has no timer; none keeps the process
 * alive.
 */
export class RememberedTime implements Time {
  readonly #clock: Clock
  #time = 0
  #asksLeft = 0
  #stop: (() => void) | undefined

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  now(): number {
    return --this.#asksLeft > 0 ? this.#time : this.exact()
  }

  exact(): number {
    this.#time = this.#clock.now()
    this.#asksLeft = REMEMBERED_ASKS
    this.#stop ??= this.#clock.after(REMEMBERED_MS, this.#forget)
    return this.#time
  }

  close(): void {
    this.#stop?.()
    this.#forget()
  }

  readonly #forget = (): void => {
    this.#stop = undefined
    this.#asksLeft = 0
  }
}
