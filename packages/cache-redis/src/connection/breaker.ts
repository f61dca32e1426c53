import type { Cancel, Clock } from '@holdfast/cache-core'

/** So many commands in a row without an answer, and no more are sent for a while. */
const FAILURES = 5
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 10_000

/**
 * Keeps callers from waiting for a server that does not answer: after some commands in a row got no answer, the next
 * ones fail at once. After a pause one command is let through to try; if it gets no answer either, the pause doubles. A
 * new connection ends it at once. A command that was refused with an answer, or that found no connection, tells nothing
 * about that.
 */
export class Breaker {
  readonly #clock: Clock
  #failures = 0
  #pauseMs = FIRST_PAUSE_MS
  #state: 'closed' | 'open' | 'half-open' | 'trying' = 'closed'
  #cancel: Cancel = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get open(): boolean {
    return this.#state !== 'closed'
  }

  /** Whether a command may be sent now. It then has to be told how it went. */
  admits(): boolean {
    if (this.#state === 'closed') return true
    if (this.#state !== 'half-open') return false
    this.#state = 'trying'
    return true
  }

  /** There was an answer, or a new connection. */
  answered(): void {
    if (this.#failures === 0 && this.#state === 'closed') return
    this.#cancel()
    this.#failures = 0
    this.#pauseMs = FIRST_PAUSE_MS
    this.#state = 'closed'
  }

  unanswered(): void {
    this.#failures++
    if (this.#state === 'open' || this.#failures < FAILURES) return
    this.#cancel()
    this.#state = 'open'
    this.#cancel = this.#clock.after(this.#pauseMs, () => {
      this.#state = 'half-open'
    })
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  /** A command that was let through was not sent after all: the next one tries. */
  notSent(): void {
    if (this.#state === 'trying') this.#state = 'half-open'
  }

  stop(): void {
    this.#cancel()
  }
}
