import type { Engine } from '../engine/engine.js'
import { acquire } from './acquire.js'
import type { Backoff } from './backoff.js'
import { compute } from './compute.js'
import { LoadFailed } from './load-failed.js'
import type { Lookup } from './lookup.js'

/** Loads a key anew behind its readers' backs. Whoever finds another at it gives up: nobody ever waits here. */
export class Refresher {
  readonly #engine: Engine
  readonly #backoff: Backoff
  readonly #running = new Set<string>()

  constructor(engine: Engine, backoff: Backoff) {
    this.#engine = engine
    this.#backoff = backoff
  }

  start<T>(lookup: Lookup<T>, reason: 'stale' | 'early'): void {
    const { key } = lookup
    if (this.#running.has(key) || this.#engine.flights.get(key) !== undefined || this.#backoff.holds(key)) {
      lookup.decided?.()
      return
    }
    this.#running.add(key)
    const refresh = this.#refresh(lookup, reason).finally(() => {
      this.#running.delete(key)
      lookup.decided?.()
    })
    // The loader's failure was reported; its next reader finds what is stale, or loads.
    this.#engine.background.run(refresh)
  }

  async #refresh<T>(lookup: Lookup<T>, reason: 'stale' | 'early'): Promise<void> {
    const { key } = lookup
    const acquired = await acquire(this.#engine, lookup)
    lookup.decided?.()
    if (acquired?.status !== 'own') return
    this.#engine.reporter.report({ type: 'refresh', key, reason })
    try {
      await compute(this.#engine, lookup, acquired.lease)
      this.#backoff.succeeded(key)
    } catch (error) {
      if (error instanceof LoadFailed) this.#backoff.failed(key)
    }
  }
}
