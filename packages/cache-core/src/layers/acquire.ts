import type { Acquired } from '../contracts/backend.js'
import type { Engine } from '../engine/engine.js'
import { isOutage } from '../errors.js'
import type { Lookup } from './lookup.js'

/** Asks for the key's lease. Nothing when the store cannot be asked. */
export async function acquire<T>(engine: Engine, { key, plan, reading }: Lookup<T>): Promise<Acquired | undefined> {
  try {
    return await engine.backend.acquire(key, {
      version: reading.version,
      tags: plan.tags,
      leaseMs: engine.defaults.leaseMs,
      keepMs: plan.ttlMs + plan.graceMs,
    })
  } catch (error) {
    if (!isOutage(error)) throw error
    engine.reporter.degraded('acquire', key, error)
    return undefined
  }
}
