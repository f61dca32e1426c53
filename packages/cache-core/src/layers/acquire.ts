import { type Acquired, isPromise, type MaybePromise } from '../contracts/backend.js'
import type { Engine } from '../engine/engine.js'
import { isOutage } from '../errors.js'
import type { Lookup } from './lookup.js'

/** Asks for the key's lease. Nothing when the store cannot be asked. */
export function acquire<T>(engine: Engine, { key, plan, reading }: Lookup<T>): MaybePromise<Acquired | undefined> {
  const failed = (error: unknown): undefined => {
    if (!isOutage(error)) throw error
    engine.reporter.degraded('acquire', key, error)
  }
  try {
    const asked = engine.backend.acquire(key, {
      version: reading.version,
      tags: plan.tags,
      leaseMs: engine.defaults.leaseMs,
      keepMs: plan.ttlMs + plan.graceMs,
    })
    return isPromise(asked) ? asked.catch(failed) : asked
  } catch (error) {
    return isOutage(error) ? failed(error) : Promise.reject(error)
  }
}
