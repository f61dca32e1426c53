import type { Filled, Lease } from '../contracts/backend.js'
import type { Draft } from '../contracts/entry.js'
import type { Engine } from '../engine/engine.js'
import { isCacheError, isOutage } from '../errors.js'

/** Gives a lease back behind the caller's back. If the store cannot be told, the lease lapses by itself. */
export function releaseLater(engine: Engine, lease: Lease): void {
  const failed = (error: unknown): void => engine.reporter.degraded('release', lease.key, error)
  try {
    engine.background.run(Promise.resolve(engine.backend.release(lease)), failed)
  } catch (error) {
    failed(error)
  }
}

/**
 * Ends a lease with its result. Never fails for the store's sake: the caller has his value, it is only not kept. A
 * value that cannot be serialised is the caller's mistake and is thrown.
 */
export async function fillLease(engine: Engine, lease: Lease, draft: Draft | undefined): Promise<Filled> {
  const { reporter, backend } = engine
  const key = lease.key
  try {
    const result = await backend.fill(lease, draft)
    reporter.report({ type: 'filled', key, result: draft === undefined && result === 'stored' ? 'skipped' : result })
    return result
  } catch (error) {
    if (isCacheError(error, 'E_TOO_LARGE') && draft !== undefined) {
      // Not kept, but as true as if it were: without a draft the store only says whether it may be shared.
      reporter.degraded('fill', key, error)
      return fillLease(engine, lease, undefined)
    }
    releaseLater(engine, lease)
    reporter.report({ type: 'filled', key, result: 'failed' })
    if (!isOutage(error) && !isCacheError(error, 'E_CLOSED')) throw error
    reporter.degraded('fill', key, error)
    return 'lost'
  }
}
