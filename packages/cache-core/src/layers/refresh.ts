import type { Engine } from '../engine/engine.js'
import { acquire } from './acquire.js'
import { compute } from './compute.js'
import type { Lookup } from './lookup.js'

/** Loads a key anew behind its readers' backs. Whoever finds another at it gives up: nobody ever waits here. */
export class Refresher {
  readonly #engine: Engine
  readonly #running = new Set<string>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  start<T>(lookup: Lookup<T>, reason: 'stale' | 'early'): void {
    const { key } = lookup
    if (this.#running.has(key) || this.#engine.flights.get(key) !== undefined) return
    this.#running.add(key)
    const refresh = this.#refresh(lookup, reason).finally(() => this.#running.delete(key))
    // The loader's failure was reported; its next reader finds what is stale, or loads.
    this.#engine.background.run(refresh)
  }

  async #refresh<T>(lookup: Lookup<T>, reason: 'stale' | 'early'): Promise<void> {
    const acquired = await acquire(this.#engine, lookup)
    if (acquired?.status !== 'own') return
    this.#engine.reporter.report({ type: 'refresh', key: lookup.key, reason })
    await compute(this.#engine, lookup, acquired.lease)
  }
}
