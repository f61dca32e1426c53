import { type Acquired, isPromise, type MaybePromise } from '../contracts/backend.js'
import { type Engine, readOne } from '../engine/engine.js'
import { isFresh } from '../entry/judge.js'
import { acquire } from './acquire.js'
import { compute } from './compute.js'
import { CHANGED, type Handler, type Lookup, type LookupOutcome, WAITED } from './lookup.js'
import { Unfenced } from './unfenced.js'
import { waitEnded } from './wait-ended.js'

/** A lapsed lease shows this much after its announced end, so that not everybody asks in the same instant. */
const LAPSE_MARGIN_MS = 5
const LAPSE_SPREAD_MS = 10
/** News of a lease's end may be lost; whoever waits looks for himself this often. */
const LOOK_ANYWAY_MS = 1000

/**
 * The end of the line: acquires the key, loads, fills. Whoever finds the key taken waits until the other's lease ends
 * and looks again.
 */
export const leased = (engine: Engine): Handler => {
  const { backend, clock, reporter, defaults } = engine
  const unfenced = new Unfenced(engine)

  async function loadAnyway<T>(lookup: Lookup<T>): Promise<LookupOutcome<T>> {
    return waitEnded(engine, lookup) ?? unfenced.load(lookup)
  }

  async function listening<T>(lookup: Lookup<T>, asked: MaybePromise<Acquired | undefined>): Promise<LookupOutcome<T>> {
    const { key } = lookup
    let wake = (): void => undefined
    let awakened = false
    // Before the answer comes: a lease that ends in between is not missed.
    const stopListening = backend.awaken(key, () => {
      awakened = true
      wake()
    })
    try {
      const acquired = await asked
      lookup.decided?.()
      if (acquired === undefined) return await unfenced.load(lookup)
      if (acquired.status === 'own') return await compute(engine, lookup, acquired.lease)
      if (acquired.status === 'wait' && !defaults.protect) return await unfenced.load(lookup)
      if (acquired.status === 'changed') return CHANGED
      const patience = lookup.deadline - clock.now()
      if (patience <= 0) return await loadAnyway(lookup)
      reporter.report({ type: 'waiting', key, leaseMs: acquired.leaseMs })
      const lapse = acquired.leaseMs + LAPSE_MARGIN_MS + clock.random() * LAPSE_SPREAD_MS
      await new Promise<void>((resolve) => {
        const cancel = clock.after(Math.min(lapse, patience, LOOK_ANYWAY_MS), resolve)
        wake = () => {
          cancel()
          resolve()
        }
        if (awakened) wake()
      })
    } finally {
      stopListening()
    }
    lookup.flight?.seal()
    const reading = await readOne(engine, 'getOrSet', key, lookup.plan.tags)
    if (!reading.present || !isFresh(reading, clock)) return WAITED
    reporter.hit(key)
    return { kind: 'value', value: reading.value as T, shareable: true }
  }

  return (lookup) => {
    if (lookup.outOfPatience) {
      lookup.decided?.()
      return loadAnyway(lookup)
    }
    const asked = acquire(engine, lookup)
    if (isPromise(asked) || asked?.status !== 'own') return listening(lookup, asked)
    lookup.decided?.()
    return compute(engine, lookup, asked.lease)
  }
}
