import type { Engine } from '../engine/engine.js'
import { before } from './before.js'
import { type Lookup, type LookupOutcome, NOT_FOUND } from './lookup.js'
import { runLoader } from './run-loader.js'

/** Never fired: a load that nothing can end. */
const NEVER = new AbortController().signal

/**
 * Loads with nothing to compare the result with, as while the store is away: it is not kept, and only those who are
 * aboard when it begins may share it. One such load of a key runs at a time: whoever comes meanwhile gathers in the
 * next one, which begins when it ends, or when its caller has waited long enough.
 */
export class Unfenced {
  readonly #engine: Engine
  readonly #running = new Map<string, Promise<unknown>>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async load<T>(lookup: Lookup<T>): Promise<LookupOutcome<T>> {
    const { key, flight } = lookup
    if (flight === undefined) return outcomeOf(await runLoader(this.#engine, lookup, NEVER))
    await this.#ended(lookup)
    flight.seal()
    const load = runLoader(this.#engine, lookup, NEVER)
    this.#running.set(key, load)
    try {
      return outcomeOf(await load)
    } finally {
      if (this.#running.get(key) === load) this.#running.delete(key)
    }
  }

  async #ended<T>({ key, deadline }: Lookup<T>): Promise<void> {
    const { clock } = this.#engine
    for (;;) {
      const running = this.#running.get(key)
      if (running === undefined || clock.now() >= deadline) return
      await before(
        clock,
        deadline,
        running.then(
          () => undefined,
          () => undefined,
        ),
      )
    }
  }
}

const outcomeOf = <T>({ value }: { readonly value: T }): LookupOutcome<T> => ({
  kind: 'value',
  value,
  shareable: value !== NOT_FOUND,
})
