import type { Reading } from '../contracts/entry.js'
import { type Engine, readMany } from '../engine/engine.js'
import { isFresh } from '../entry/judge.js'
import { badInput } from '../errors.js'
import { BatchOfLoads, type Place } from '../layers/batch-of-loads.js'
import { type Handler, type Lookup, NOT_FOUND } from '../layers/lookup.js'
import type { Refresher } from '../layers/refresh.js'
import type { BatchLoader } from '../options/options.js'
import type { Plan } from '../options/resolve.js'

interface BatchParts {
  readonly engine: Engine
  readonly handler: Handler
  readonly refresher: Refresher
  readonly prefix: string
  readonly plan: Plan
}

/**
 * Reads all keys at once and sends the missing ones through the same layers as a single `getOrSet`, except that their
 * loaders are gathered into one call.
 */
export async function getOrLoadMany<T>(
  parts: BatchParts,
  names: readonly string[],
  loader: BatchLoader<T>,
): Promise<Map<string, T>> {
  const { engine, handler, refresher, prefix, plan } = parts
  const { clock, reporter, defaults } = engine
  const keys = names.map((name) => prefix + name)
  const readings = await readMany(engine, 'getOrSetMany', keys, plan.tags)

  const batch = new BatchOfLoads<T>(loader)
  // What is stale but may be served is loaded by a call of its own, which nobody waits for.
  const refreshes = new BatchOfLoads<T>(loader)
  const since = clock.now()
  const deadline = since + defaults.maxWaitMs
  const lookupOf = (
    key: string,
    reading: Reading,
    { load, decided, lost }: Place<T>,
  ): Lookup<T | typeof NOT_FOUND> => ({
    ...{ key, plan, reading, since, deadline, decided, lost },
    loader: load,
  })
  const searches = names.map(async (name, index): Promise<T | typeof NOT_FOUND> => {
    const key = keys[index] as string
    const reading = readings[index]
    if (reading === undefined)
      throw badInput(`${engine.backend.name} returned too few readings`, 'readMany must keep the length of its keys')
    if (reading.present && isFresh(reading, clock)) {
      reporter.hit(key)
      return reading.value as T
    }
    if (reading.present) reporter.staleHit(key)
    else reporter.miss(key, reading.problem)
    if (reading.present && since < reading.freshUntil + plan.staleWhileRevalidateMs) {
      refresher.start(lookupOf(key, reading, refreshes.enter(name)), 'stale')
      return reading.value as T
    }
    const place = batch.enter(name)
    try {
      const lookup = lookupOf(key, reading, place)
      const outcome = await handler<T | typeof NOT_FOUND>(lookup)
      return outcome.kind === 'value' ? outcome.value : NOT_FOUND
    } finally {
      place.decided()
    }
  })

  // Every search settles before the first failure is told, so that none is left unheard.
  const settled = await Promise.allSettled(searches)
  const found = new Map<string, T>()
  settled.forEach((search, index) => {
    if (search.status === 'rejected') throw search.reason
    if (search.value !== NOT_FOUND) found.set(names[index] as string, search.value)
  })
  return found
}
