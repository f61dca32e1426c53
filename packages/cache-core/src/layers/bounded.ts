import type { Engine } from '../engine/engine.js'
import { CacheError } from '../errors.js'
import { before } from './before.js'
import type { Layer, Lookup, LookupOutcome } from './lookup.js'

/** Holds one caller's wait to his limits. The load goes on, and what it brings is kept. */
export const bounded =
  (engine: Engine): Layer =>
  (next) =>
  async <T>(lookup: Lookup<T>): Promise<LookupOutcome<T>> => {
    const { softTimeoutMs, hardTimeoutMs } = lookup.plan
    if (softTimeoutMs === undefined && hardTimeoutMs === undefined) return next(lookup)
    const { key, reading, since } = lookup
    const soft = reading.present ? (softTimeoutMs ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
    const limit = Math.min(soft, hardTimeoutMs ?? Number.POSITIVE_INFINITY)
    const search = next(lookup)
    if (limit === Number.POSITIVE_INFINITY) return search
    const outcome = await before(engine.clock, since + limit, search)
    if (outcome !== undefined) return outcome
    engine.background.run(search)
    engine.reporter.report({ type: 'timed-out', key, limit: limit === soft ? 'soft' : 'hard' })
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
