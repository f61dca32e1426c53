import type { Engine } from '../engine/engine.js'
import { isCacheError } from '../errors.js'
import type { Layer } from './lookup.js'

/** When the loader fails, what is stale is better than nothing, for as long as the grace keeps it. */
export const orStale =
  (engine: Engine): Layer =>
  (next) =>
  async (lookup) => {
    try {
      return await next(lookup)
    } catch (error) {
      if (!lookup.reading.present || isCacheError(error)) throw error
      engine.reporter.report({ type: 'served-stale', key: lookup.key, error })
      return { kind: 'value', value: lookup.reading.value as never, shareable: false }
    }
  }
