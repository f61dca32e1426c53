import { AsyncLocalStorage } from 'node:async_hooks'
import { all } from './all.js'

type Work = () => Promise<unknown>

/** The invalidations of one run that is not over. */
interface Collected {
  over: boolean
  readonly work: Work[]
}

// On globalThis: one transaction may lead through the ESM and the CJS build of this package.
const COLLECTING = Symbol.for('holdfast.collectingInvalidations')
const shared = globalThis as { [COLLECTING]?: AsyncLocalStorage<Collected> }
shared[COLLECTING] ??= new AsyncLocalStorage<Collected>()
const collecting = shared[COLLECTING]

/** Does the work now, or when what is collected around it is released. */
export async function whenReleased(work: Work): Promise<void> {
  const around = collecting.getStore()
  if (around === undefined || around.over) await work()
  else around.work.push(work)
}

/**
 * Holds back the invalidations that `fn` leads to, of decorated functions and of `invalidate`, until it has resolved;
 * when it throws, there are none. For a database transaction: what is invalidated before the commit is read and kept
 * again by others, who still see the old rows.
 *
 * ```ts
 * await collectInvalidations(() => db.transaction(async (tx) => { await orders.place(tx, order) }))
 * ```
 *
 * Resolves to the result of `fn` after the invalidations. When one of them fails the call rejects with its `CacheError`,
 * though `fn` **did** succeed; the others are done. Within another `collectInvalidations` they wait for the outer one.
 * What `fn` leaves running when it returns is not held back any more. Calls of a `CacheService` itself are never held.
 */
export async function collectInvalidations<T>(fn: () => T | Promise<T>): Promise<T> {
  const mine: Collected = { over: false, work: [] }
  let result: T
  try {
    result = await collecting.run(mine, fn)
  } finally {
    mine.over = true
  }
  await whenReleased(() => all(mine.work.map((work) => work())))
  return result
}
