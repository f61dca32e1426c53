import type { Lease } from '../contracts/backend.js'
import type { Engine } from '../engine/engine.js'
import { type Lookup, type LookupOutcome, NOT_FOUND } from './lookup.js'
import { Renewal } from './renewal.js'
import { type Loaded, runLoader } from './run-loader.js'
import { fillLease, releaseLater } from './settle-lease.js'

/** Loads under a lease, which is renewed meanwhile, and fills. */
export async function compute<T>(engine: Engine, lookup: Lookup<T>, lease: Lease): Promise<LookupOutcome<T>> {
  const renewal = new Renewal(engine, [lease])
  let loaded: Loaded<T>
  try {
    loaded = await runLoader(engine, lookup, renewal.signal)
  } catch (error) {
    releaseLater(engine, lease)
    throw error
  } finally {
    renewal.stop()
  }
  // Sealed before the fill is sent: see Flights.
  lookup.flight?.seal()
  if (loaded.value === NOT_FOUND) {
    releaseLater(engine, lease)
    return { kind: 'value', value: loaded.value, shareable: false }
  }
  const result = await fillLease(engine, lease, loaded.draft)
  return { kind: 'value', value: loaded.value, shareable: result === 'stored' }
}
