import { EXPIRY_PROMISES } from './expiry.js'
import { FENCE_PROMISES } from './fences.js'
import { REMOVAL_PROMISES } from './removal.js'
import { type ConformanceOptions, runPromises } from './runner.js'
import { storePromises } from './store.js'
import { VALUE_PROMISES } from './values.js'

/**
 * Proves that a backend keeps its promises. Call it inside a test file, with the parts of your runner:
 *
 * ```ts
 * import { describe, it } from 'vitest'
 * backendConformance({ runner: { describe, it, skip: it.skip }, name: 'mine', create: () => ({ backend, advance }) })
 * ```
 */
export function backendConformance(options: ConformanceOptions): void {
  const groups = {
    store: storePromises(options.granularityMs ?? 1),
    values: VALUE_PROMISES,
    removal: REMOVAL_PROMISES,
    expiry: EXPIRY_PROMISES,
    fences: FENCE_PROMISES,
  }
  const known = new Set(Object.values(groups).flatMap((promises) => promises.map(({ name }) => name)))
  for (const name of Object.keys(options.exempt ?? {})) {
    if (!known.has(name)) throw new Error(`The suite has no promise named ${JSON.stringify(name)}`)
  }
  options.runner.describe(`${options.name} keeps the promises of a backend`, () => {
    for (const [group, promises] of Object.entries(groups)) runPromises(group, promises, options)
  })
}
