import type { Engine } from '../engine/engine.js'

/** How many failing keys are remembered. The one that failed longest ago is tried again first. */
const MAX_KEYS = 10_000

/** Leaves a loader alone for a while after it failed, counted from its failure. */
export class Backoff {
  readonly #engine: Engine
  readonly #retryAt = new Map<string, number>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  holds(key: string): boolean {
    return (this.#retryAt.get(key) ?? 0) > this.#engine.clock.now()
  }

  failed(key: string): void {
    const { clock, defaults } = this.#engine
    if (defaults.graceBackoffMs === 0) return
    this.#retryAt.delete(key)
    this.#retryAt.set(key, clock.now() + defaults.graceBackoffMs)
    if (this.#retryAt.size > MAX_KEYS) this.#retryAt.delete(this.#retryAt.keys().next().value as string)
  }

  succeeded(key: string): void {
    this.#retryAt.delete(key)
  }
}
