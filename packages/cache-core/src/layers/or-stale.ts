import type { Engine } from '../engine/engine.js'
import { isCacheError } from '../errors.js'
import type { Layer, Lookup, LookupOutcome } from './lookup.js'

/** How many failing keys are remembered for their backoff. The oldest is tried again first. */
const MAX_BACKOFFS = 10_000

/**
 * When the loader fails, what is stale is better than nothing, for as long as the grace keeps it. With a backoff the
 * loader is then left alone for a while, counted from its failure.
 */
export const orStale = (engine: Engine): Layer => {
  const { clock, reporter, defaults } = engine
  const retryAt = new Map<string, number>()

  const failed = (key: string): void => {
    if (defaults.graceBackoffMs === 0) return
    retryAt.delete(key)
    retryAt.set(key, clock.now() + defaults.graceBackoffMs)
    if (retryAt.size > MAX_BACKOFFS) retryAt.delete(retryAt.keys().next().value as string)
  }

  return (next) =>
    async <T>(lookup: Lookup<T>): Promise<LookupOutcome<T>> => {
      const { key, reading } = lookup
      if (reading.present && (retryAt.get(key) ?? 0) > clock.now()) {
        reporter.report({ type: 'served-stale', key, reason: 'backoff' })
        return { kind: 'value', value: reading.value as T, shareable: false }
      }
      try {
        const outcome = await next(lookup)
        retryAt.delete(key)
        return outcome
      } catch (error) {
        if (!reading.present || isCacheError(error)) throw error
        failed(key)
        reporter.report({ type: 'served-stale', key, reason: 'failed', error })
        return { kind: 'value', value: reading.value as T, shareable: false }
      }
    }
}
