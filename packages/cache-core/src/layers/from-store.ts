import { type Engine, readOne } from '../engine/engine.js'
import { isFresh } from '../entry/judge.js'
import { aborted } from '../errors.js'
import { asThrown } from './load-failed.js'
import type { Layer, LookupOutcome } from './lookup.js'

/** After so many changes in a row a key is not worth another look. */
const MAX_CHANGES = 10

/**
 * Serves what is fresh; else asks on, and looks again when the answer is that the store changed. The service has
 * already read once: the first round judges that reading.
 */
export const fromStore =
  (engine: Engine): Layer =>
  (next) =>
  async (lookup) => {
    let current = lookup
    let changes = 0
    for (let round = 0; ; round++) {
      const { signal } = lookup.plan
      if (signal?.aborted) throw aborted(signal, { op: 'getOrSet', key: lookup.key })
      if (round > 0) {
        const reading = await readOne(engine, 'getOrSet', lookup.key, lookup.plan.tags)
        if (reading.present && isFresh(reading, engine.clock)) {
          engine.reporter.hit(lookup.key)
          return { kind: 'value', value: reading.value as never, shareable: true }
        }
        const outOfPatience = changes > MAX_CHANGES || engine.clock.now() >= lookup.deadline
        current = { ...lookup, reading, outOfPatience }
      }
      let outcome: LookupOutcome<never>
      try {
        outcome = (await next(current)) as LookupOutcome<never>
      } catch (error) {
        throw asThrown(error)
      }
      if (outcome.kind === 'value') return outcome
      if (!outcome.waited) changes++
    }
  }
