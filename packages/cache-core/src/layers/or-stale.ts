import type { Engine } from '../engine/engine.js'
import type { Backoff } from './backoff.js'
import { LoadFailed } from './load-failed.js'
import type { Layer, Lookup, LookupOutcome } from './lookup.js'

/** When the loader fails, what is stale is better than nothing, for as long as the grace keeps it. */
export const orStale =
  ({ reporter }: Engine, backoff: Backoff): Layer =>
  (next) =>
  async <T>(lookup: Lookup<T>): Promise<LookupOutcome<T>> => {
    const { key, reading } = lookup
    if (reading.present && backoff.holds(key)) {
      reporter.report({ type: 'served-stale', key, reason: 'backoff' })
      return { kind: 'value', value: reading.value as T, shareable: false }
    }
    try {
      const outcome = await next(lookup)
      backoff.succeeded(key)
      return outcome
    } catch (error) {
      if (!reading.present || !(error instanceof LoadFailed)) throw error
      backoff.failed(key)
      reporter.report({ type: 'served-stale', key, reason: 'failed', error: error.error })
      return { kind: 'value', value: reading.value as T, shareable: false }
    }
  }
