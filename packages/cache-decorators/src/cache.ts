import type { GetOrSetOptions, LoadContext } from '@holdfast/cache-core'
import { cacheFor, checkChoice } from './bind-cache.js'
import { checkDuration, checkFunction, checkKnown, checkString, checkTags } from './check.js'
import { decorator, type Place } from './decorate.js'
import { HOME, KEY, keyFunction } from './key-function.js'
import { checkName } from './naming.js'
import { ofCall } from './of-call.js'
import type { AnyArguments, AnyFunction, AnyResult, CacheDecorator, CachedOptions } from './types.js'

const KNOWN = ['name', 'ttl', 'grace', 'negativeTtl', 'tags', 'resultTags', 'key', 'cache']

/**
 * Keeps what a function resolves to, per its arguments. One call runs among all that share the store; the others wait
 * for its result. What the function throws reaches the caller as it was thrown, and is not kept.
 *
 * ```ts
 * const getArticle = cache({ ttl: 300, tags: ['articles'] })(async function getArticle(id: string) { ... })
 * class Articles { @cache({ ttl: '5m' }) async get(id: string) { ... } }      // standard and legacy decorators
 * ```
 *
 * The result is a function that always returns a promise, with the `key(...args)` of its entries beside it; that of a
 * method is `methodKey`. The state of an instance is **not** part of the key: where it matters, give the option `key`
 * a `function`, whose `this` is the instance.
 *
 * A wrong option, a function without a name, and anything but a function or method are `E_CONFIG` at once; arguments
 * that have no stable text, and a call while no cache is bound, reject with `E_CONFIG`.
 */
export function cache<A extends AnyArguments = AnyArguments, R = AnyResult>(
  options: CachedOptions<A, R> = {},
): CacheDecorator<A, R> {
  return caching('cache', options as CachedOptions, false) as CacheDecorator<A, R>
}

/** As {@link cache}, in the instance's own `cache` when that property is a `CacheService`. */
export function cacheable<A extends AnyArguments = AnyArguments, R = AnyResult>(
  options: CachedOptions<A, R> = {},
): CacheDecorator<A, R> {
  return caching('cacheable', options as CachedOptions, true) as CacheDecorator<A, R>
}

function caching(op: string, options: CachedOptions, ownFirst: boolean): unknown {
  checkKnown(op, options, KNOWN)
  const { ttl, grace, negativeTtl, resultTags, cache: choice } = options
  checkName(op, options.name)
  checkDuration(ttl, 'ttl')
  checkDuration(grace, 'grace')
  checkDuration(negativeTtl, 'negativeTtl')
  checkFunction(op, 'resultTags', resultTags)
  checkChoice(op, choice)
  const tagsOf = ofCall<readonly string[]>(op, 'tags', options.tags, checkTags)
  const explicitKey = ofCall<string>(op, 'key', options.key, checkString)
  const lifetimes = given({ ttl, grace, negativeTtl })

  return decorator(op, (fn: AnyFunction, place: Place) => {
    const wrapper: AnyFunction = function (this: unknown, ...args: unknown[]): Promise<unknown> {
      try {
        const tags = tagsOf?.(this, args)
        const load = async (context: LoadContext): Promise<unknown> => {
          const result: unknown = await fn.apply(this, args)
          if (resultTags !== undefined) {
            const more = resultTags.call(this, result, ...args)
            checkTags(op, 'resultTags', more)
            context.setOptions({ tags: [...(tags ?? []), ...more] })
          }
          return result
        }
        const plan = tags === undefined ? lifetimes : { ...lifetimes, tags }
        return cacheFor(op, choice, this, ownFirst).getOrSet(key(this, args), load, plan)
      } catch (error) {
        return Promise.reject(error)
      }
    }
    const key = keyFunction({ op, place, wrapper, name: options.name, explicitKey })
    Object.defineProperty(wrapper, KEY, { value: key })
    Object.defineProperty(wrapper, HOME, { value: (self: unknown) => cacheFor('invalidate', choice, self, ownFirst) })
    if (place.kind === 'function') {
      Object.defineProperty(wrapper, 'key', { value: (...args: unknown[]) => key(undefined, args) })
    }
    return wrapper
  })
}

/** Only what was given: a call without options is the cache's quickest. */
function given(
  lifetimes: { [K in 'ttl' | 'grace' | 'negativeTtl']: CachedOptions[K] | undefined },
): GetOrSetOptions | undefined {
  const entries = Object.entries(lifetimes).filter(([, value]) => value !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
