import type { Engine } from '../engine/engine.js'
import { RunningLoad } from '../engine/running-load.js'
import { before } from './before.js'
import { type Lookup, type LookupOutcome, NOT_FOUND } from './lookup.js'
import { runLoader } from './run-loader.js'

/**
 * Loads with nothing to compare the result with, as while the store is away or keeps changing: it is not kept, and only
 * those who are aboard when it begins may share it. One such load of a key runs at a time: whoever comes meanwhile
 * gathers in the next one, which begins when it ends, or when its first caller has waited long enough.
 */
export class Unfenced {
  readonly #engine: Engine
  readonly #gathering = new Map<string, Promise<LookupOutcome>>()
  readonly #running = new Map<string, Promise<unknown>>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  load<T>(lookup: Lookup<T>): Promise<LookupOutcome<T>> {
    const { key } = lookup
    if (!this.#engine.defaults.protect) return this.#run(lookup)
    const gathering = this.#gathering.get(key)
    if (gathering !== undefined) {
      this.#engine.reporter.report({ type: 'joined', key })
      return gathering as Promise<LookupOutcome<T>>
    }
    const gathered = this.#gather(lookup)
    this.#gathering.set(key, gathered)
    return gathered
  }

  async #gather<T>(lookup: Lookup<T>): Promise<LookupOutcome<T>> {
    const { key } = lookup
    await this.#ended(lookup)
    // From here on nobody comes aboard, neither here nor by way of the flight.
    this.#gathering.delete(key)
    this.#engine.flights.sealKeys([key])
    const run = this.#run(lookup)
    this.#running.set(key, run)
    try {
      return await run
    } finally {
      if (this.#running.get(key) === run) this.#running.delete(key)
    }
  }

  async #run<T>(lookup: Lookup<T>): Promise<LookupOutcome<T>> {
    const run = new RunningLoad(lookup.key, lookup.lost)
    const { loads } = this.#engine
    loads.began(run)
    try {
      const { value } = await runLoader(this.#engine, lookup, run)
      return { kind: 'value', value, shareable: value !== NOT_FOUND }
    } finally {
      loads.ended(run)
    }
  }

  /** The load that runs has ended, or has taken too long to be waited for. */
  async #ended<T>({ key, deadline, outOfPatience }: Lookup<T>): Promise<void> {
    const { clock, defaults } = this.#engine
    // Who has waited for others already gives one of his own kind as much time again.
    const until = outOfPatience ? clock.now() + defaults.maxWaitMs : deadline
    for (;;) {
      const running = this.#running.get(key)
      // Always a turn later, so that those who come in the same moment come aboard.
      await (running === undefined || clock.now() >= until ? undefined : before(clock, until, over(running)))
      if (this.#running.get(key) === undefined || clock.now() >= until) return
    }
  }
}

const over = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  )
