import { CacheError } from '@holdfast/cache-core'
import type { Module } from './module.js'

/** Closes modules one after the other, the last one first, and goes on when one fails. */
export async function closeAll(modules: readonly Module[], application: string): Promise<void> {
  const failed: { readonly name: string; readonly error: unknown }[] = []
  for (const module of modules.toReversed()) {
    try {
      await module.close()
    } catch (error) {
      failed.push({ name: module.name, error })
    }
  }
  if (failed.length === 0) return
  const cause = new AggregateError(failed.map(({ error }) => error))
  const message = `${application}: closing failed for ${failed.map(({ name }) => name).join(', ')}; every other module is closed.`
  throw new CacheError('E_UNAVAILABLE', message, { op: 'close', outcome: 'applied-partially', cause })
}

/** Runs the end after a failure. The failure stays the error unless the end fails as well: then both are told. */
export async function afterFailure(failure: unknown, end: () => Promise<void>): Promise<never> {
  try {
    await end()
  } catch (error) {
    throw new AggregateError([failure, error], failure instanceof Error ? failure.message : String(failure), {
      cause: failure,
    })
  }
  throw failure
}
