/** Lets so many in at once; the others wait for their turn, in order. */
export class Turnstile {
  readonly #limit: number
  #inside = 0
  #waiting: (() => void)[] = []
  /** Of those who waited, so many have been let in. */
  #letIn = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#limit) {
      return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.#enter(work))
    }
    this.#inside++
    return this.#enter(work)
  }

  /** The place is taken already: by the caller, or handed over by who left. */
  #enter<T>(work: () => Promise<T>): Promise<T> {
    const working = work()
    working.then(this.#leave, this.#leave)
    return working
  }

  readonly #leave = (): void => {
    const next = this.#waiting[this.#letIn]
    if (next === undefined) {
      this.#inside--
      return
    }
    this.#letIn++
    if (this.#letIn === this.#waiting.length) {
      this.#waiting = []
      this.#letIn = 0
    }
    next()
  }
}
