import type { RunningLoad } from './running-load.js'

/** The loads that run, from the call of their loader until their result is kept or given up. */
export class Loads {
  readonly #running = new Set<RunningLoad>()
  #idle: (() => void)[] = []

  began(run: RunningLoad): void {
    this.#running.add(run)
  }

  ended(run: RunningLoad): void {
    this.#running.delete(run)
    if (this.#running.size === 0) for (const idle of this.#idle.splice(0)) idle()
  }

  /** Settles when none runs. */
  idle(): Promise<void> {
    return this.#running.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve))
  }

  [Symbol.iterator](): Iterator<RunningLoad> {
    return [...this.#running].values()
  }
}
