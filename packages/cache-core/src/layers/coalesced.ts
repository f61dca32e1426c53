import type { Engine } from '../engine/engine.js'
import { before } from './before.js'
import type { Joinable } from './flights.js'
import { type Layer, type Lookup, type LookupOutcome, WAITED } from './lookup.js'
import { waitEnded } from './wait-ended.js'

/**
 * Single flight: one load per key in this process. A caller who joins shares the rejection, and the value if it is
 * shareable; else he starts over.
 */
export const coalesced =
  (engine: Engine): Layer =>
  (next) =>
  (lookup) => {
    // Whoever has waited enough does not join a load whose result may be refused once more.
    if (lookup.outOfPatience) return next(lookup)
    const flight = engine.flights.get(lookup.key)
    if (flight !== undefined) return join(engine, lookup, flight)
    return engine.flights.open(lookup.key, lookup.plan.tags, (opened) => next({ ...lookup, flight: opened }))
  }

async function join<T>(engine: Engine, lookup: Lookup<T>, flight: Joinable): Promise<LookupOutcome<T>> {
  engine.reporter.report({ type: 'joined', key: lookup.key })
  lookup.decided?.()
  // A loader of this very process is at work: loading beside it would not be faster. Other policies do end the wait.
  const patient = engine.defaults.onMaxWait === 'load' || lookup.deadline === Number.POSITIVE_INFINITY
  let outcome = await (patient ? flight.outcome : before(engine.clock, lookup.deadline, flight.outcome))
  if (outcome === undefined) {
    const ended = waitEnded(engine, lookup)
    if (ended !== undefined) return ended
    // Nothing is stale: this process's own load is all there is to wait for.
    outcome = await flight.outcome
  }
  return outcome.kind === 'value' && outcome.shareable ? (outcome as LookupOutcome<T>) : WAITED
}
