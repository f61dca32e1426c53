import type { Engine } from '../engine/engine.js'
import { CacheError } from '../errors.js'
import { before } from '../layers/before.js'

/** How long a cache that closes waits for its loads, and then for what they leave behind. */
const LOADS_END_WITHIN_MS = 10_000
const WORK_ENDS_WITHIN_MS = 10_000

/**
 * Lets the loads that run end, so that their callers get what they wait for and their leases are given back. Those that
 * take too long are interrupted. Always settles.
 */
export async function endWork({ loads, background, clock, name }: Engine): Promise<void> {
  await before(clock, clock.now() + LOADS_END_WITHIN_MS, loads.idle())
  for (const load of loads) {
    const message = `The cache ${JSON.stringify(name)} was closed while the loader ran. Close it later, or give the loader a limit.`
    load.interrupt(new CacheError('E_CLOSED', message, { op: 'getOrSet', key: load.key }))
  }
  const rest = loads.idle().then(() => background.drain())
  await before(clock, clock.now() + WORK_ENDS_WITHIN_MS, rest)
}
