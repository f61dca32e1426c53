import { badInput, type CacheService } from '@holdfast/cache-core'
import { whenReleased } from './collect-invalidations.js'
import { HOME, KEY } from './key-function.js'
import type { OfCall } from './of-call.js'
import type { AnyFunction, Cached } from './types.js'

/** Of a decorated method no type tells that it is cached. */
// biome-ignore lint/suspicious/noExplicitAny: a method may name any this
type Method<A extends unknown[]> = (this: any, ...args: A) => unknown

/**
 * Removes what a cached function keeps for these arguments: `invalidate(getArticle, '42')`. Only functions that `cache`
 * or `cacheable` made are accepted, and only their arguments. Rejects if it could not be done; within
 * `collectInvalidations` it waits for the end.
 */
export function invalidate<F extends AnyFunction>(cached: Cached<F>, ...args: NoInfer<Parameters<F>>): Promise<void> {
  return remove('invalidate', cached, undefined, args)
}

/**
 * The same for a method: `invalidateMethod(articles, articles.get, '42')`. For a static method the target is the class.
 * A method that is not cached, or whose cached form another decorator covers, is `E_CONFIG`.
 */
export function invalidateMethod<A extends unknown[]>(
  target: object,
  method: Method<A>,
  ...args: NoInfer<A>
): Promise<void> {
  return remove('invalidateMethod', method, target, args)
}

async function remove(op: string, cached: unknown, self: unknown, args: readonly unknown[]): Promise<void> {
  const { [KEY]: keyOf, [HOME]: homeOf } = (cached ?? {}) as {
    [KEY]?: OfCall<string>
    [HOME]?: (self: unknown) => CacheService
  }
  if (keyOf === undefined || homeOf === undefined) {
    throw badInput(
      `${op}: the function is not cached`,
      'Put cache() or cacheable() on it, before every other decorator',
    )
  }
  const [home, key] = [homeOf(self), keyOf(self, args)]
  await whenReleased(() => home.delete(key))
}
