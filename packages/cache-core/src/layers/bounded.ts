import type { Engine } from '../engine/engine.js'
import { CacheError } from '../errors.js'
import { before } from './before.js'
import type { Handler, Layer, Lookup, LookupOutcome } from './lookup.js'

/** Holds one caller's wait to his limits. The load goes on, and what it brings is kept. */
export const bounded =
  (engine: Engine): Layer =>
  (next) =>
  (lookup) => {
    const { softTimeoutMs = Number.POSITIVE_INFINITY, hardTimeoutMs = Number.POSITIVE_INFINITY } = lookup.plan
    const soft = lookup.reading.present ? softTimeoutMs : Number.POSITIVE_INFINITY
    const limit = Math.min(soft, hardTimeoutMs)
    if (limit === Number.POSITIVE_INFINITY) return next(lookup)
    return within(engine, next, lookup, limit, limit === soft ? 'soft' : 'hard')
  }

async function within<T>(
  engine: Engine,
  next: Handler,
  lookup: Lookup<T>,
  limitMs: number,
  limit: 'soft' | 'hard',
): Promise<LookupOutcome<T>> {
  const { key, reading, since } = lookup
  const search = next(lookup)
  const outcome = await before(engine.clock, since + limitMs, search)
  if (outcome !== undefined) return outcome
  engine.background.run(search)
  engine.reporter.report({ type: 'timed-out', key, limit })
  if (!reading.present) {
    throw new CacheError(
      'E_TIMEOUT',
      `The loader of ${JSON.stringify(key.slice(0, 80))} took longer than hardTimeout. Raise it, or give the value a grace.`,
      {
        op: 'getOrSet',
        key,
        retryable: true,
      },
    )
  }
  engine.reporter.report({ type: 'served-stale', key, reason: 'slow' })
  return { kind: 'value', value: reading.value as T, shareable: false }
}
