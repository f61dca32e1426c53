import type { Engine } from '../engine/engine.js'
import { CacheError } from '../errors.js'
import type { Lookup, LookupOutcome } from './lookup.js'

/** What a caller does who waited long enough. `undefined` means: load without keeping. */
export function waitEnded<T>(engine: Engine, lookup: Lookup<T>): LookupOutcome<T> | undefined {
  const { key, reading } = lookup
  const policy = engine.defaults.onMaxWait
  engine.reporter.report({ type: 'wait-ended', key, policy })
  if (policy === 'error') {
    throw new CacheError(
      'E_LOCK_TIMEOUT',
      `Another caller computes ${JSON.stringify(key.slice(0, 80))} for longer than maxWait. Raise protection.maxWait, or choose onMaxWait 'load' or 'stale'.`,
      { op: 'getOrSet', key, retryable: true },
    )
  }
  if (policy !== 'stale' || !reading.present) return undefined
  engine.reporter.staleHit(key)
  return { kind: 'value', value: reading.value as T, shareable: false }
}
