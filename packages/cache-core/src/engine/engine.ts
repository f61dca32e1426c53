import type { MaybePromise } from '../contracts/backend.js'
import type { CacheBackend, Clock, Reading } from '../contracts/index.js'
import { CacheError, isOutage } from '../errors.js'
import type { Flights } from '../layers/flights.js'
import type { Defaults, Plan } from '../options/resolve.js'
import type { Background } from './background.js'
import type { Loads } from './loads.js'
import type { Reporter } from './reporter.js'

/** What the parts of one cache share. Wired once by `createCache`. */
export interface Engine {
  readonly name: string
  readonly backend: CacheBackend
  readonly clock: Clock
  readonly defaults: Defaults
  readonly plainPlan: Plan
  readonly reporter: Reporter
  readonly flights: Flights
  readonly background: Background
  /** The loaders that run. */
  readonly loads: Loads
  closed: boolean
}

const NOTHING_KNOWN: Reading = Object.freeze({ present: false, version: undefined })

export function checkOpen(engine: Engine, op: string): void {
  if (engine.closed) {
    throw new CacheError(
      'E_CLOSED',
      `The cache ${JSON.stringify(engine.name)} is closed. Create another one, or close it later.`,
      { op },
    )
  }
}

/** A read that could not be asked is a miss and an event; what the caller did wrong is thrown. */
export function asMiss(engine: Engine, op: string, key: string | undefined, error: unknown): Reading {
  if (!isOutage(error)) throw error
  engine.reporter.degraded(op, key, error)
  return NOTHING_KNOWN
}

/** Whether the backend has answered at once. Cheaper than to look for a `then`: a reading has no such property. */
export const isReading = (answer: MaybePromise<Reading>): answer is Reading =>
  (answer as Partial<Reading>).present !== undefined

/** Reads one key. Answers at once where the backend does. */
export function readOne(engine: Engine, op: string, key: string, tagHint: readonly string[]): MaybePromise<Reading> {
  try {
    const reading = engine.backend.read(key, tagHint)
    return isReading(reading) ? reading : reading.catch((error: unknown) => asMiss(engine, op, key, error))
  } catch (error) {
    return asMiss(engine, op, key, error)
  }
}

export async function readMany(
  engine: Engine,
  op: string,
  keys: readonly string[],
  tagHint: readonly string[],
): Promise<readonly Reading[]> {
  if (keys.length === 0) return []
  try {
    return await engine.backend.readMany(keys, tagHint)
  } catch (error) {
    const miss = asMiss(engine, op, undefined, error)
    return keys.map(() => miss)
  }
}
