import type { Lease } from '../contracts/backend.js'
import type { Engine } from '../engine/engine.js'
import { RunningLoad } from '../engine/running-load.js'
import { CHANGED, type Lookup, type LookupOutcome, NOT_FOUND } from './lookup.js'
import { Renewal } from './renewal.js'
import { type Loaded, runLoader } from './run-loader.js'
import { fillLease, releaseLater } from './settle-lease.js'

/** Loads under a lease, which is renewed meanwhile, and fills. */
export async function compute<T>(engine: Engine, lookup: Lookup<T>, lease: Lease): Promise<LookupOutcome<T>> {
  const run = new RunningLoad(lookup.key, lookup.lost)
  engine.loads.began(run)
  try {
    return await loadAndFill(engine, lookup, lease, run)
  } finally {
    engine.loads.ended(run)
  }
}

async function loadAndFill<T>(
  engine: Engine,
  lookup: Lookup<T>,
  lease: Lease,
  run: RunningLoad,
): Promise<LookupOutcome<T>> {
  const renewal = new Renewal(engine, lease, () => run.lose())
  let loaded: Loaded<T>
  try {
    loaded = await runLoader(engine, lookup, run)
  } catch (error) {
    releaseLater(engine, lease)
    // Told to stop, it stopped: that is no failure. The store has something newer, or nothing.
    if (run.lost && !run.interrupted) return CHANGED
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
