import { badInput, type CacheService } from '@holdfast/cache-core'
import { all } from './all.js'
import { cachesFor, checkChoice } from './bind-cache.js'
import { checkFunction, checkKnown, checkString, checkStrings, checkTags } from './check.js'
import { whenReleased } from './collect-invalidations.js'
import { decorator } from './decorate.js'
import { ofCall } from './of-call.js'
import type { AnyArguments, AnyFunction, AnyResult, InvalidateDecorator, InvalidateOptions } from './types.js'

const KNOWN = ['tags', 'resultTags', 'keys', 'pattern', 'cache']

/**
 * Invalidates when a function has succeeded. The call resolves only after that, so that whoever awaits it never reads
 * what was there before. When the function throws, nothing is invalidated.
 *
 * ```ts
 * const saveArticle = invalidateCache({ keys: (id: string) => [getArticle.key(id)] })(async function saveArticle(id: string) { ... })
 * ```
 *
 * `tags`, `keys` and `pattern` are taken from the arguments, and the cache is found, before the function runs: what is
 * wrong with them, or a missing cache, rejects with `E_CONFIG` and the function is not called.
 *
 * When the invalidation itself fails, the call rejects with that `CacheError`: the function **did** run, and old values
 * may be read until they expire. Each part of the invalidation is tried, whatever becomes of the others. Within
 * `collectInvalidations` it waits for the end, and the call resolves before.
 */
export function invalidateCache<A extends AnyArguments = AnyArguments, R = AnyResult>(
  options: InvalidateOptions<A, R>,
): InvalidateDecorator<A, R> {
  return invalidating(options as InvalidateOptions) as InvalidateDecorator<A, R>
}

function invalidating(options: InvalidateOptions): unknown {
  const op = 'invalidateCache'
  checkKnown(op, options, KNOWN)
  const { resultTags, cache: choice } = options
  checkFunction(op, 'resultTags', resultTags)
  checkChoice(op, choice)
  const tagsOf = ofCall<readonly string[]>(op, 'tags', options.tags, checkTags)
  const keysOf = ofCall<readonly string[]>(op, 'keys', options.keys, checkStrings)
  const patternOf = ofCall<string>(op, 'pattern', options.pattern, checkString)
  if ((tagsOf ?? keysOf ?? patternOf ?? resultTags) === undefined) {
    throw badInput(`${op}: nothing to invalidate`, 'Give tags, resultTags, keys or pattern', { op })
  }

  return decorator(op, (fn: AnyFunction): AnyFunction => {
    return async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      const services = cachesFor(op, choice, this)
      const tags = tagsOf?.(this, args) ?? []
      const keys = keysOf?.(this, args) ?? []
      const pattern = patternOf?.(this, args)

      const result: unknown = await fn.apply(this, args)

      const more = async (): Promise<void> => {
        if (resultTags === undefined) return
        const list: unknown = resultTags.call(this, result, ...args)
        checkTags(op, 'resultTags', list)
        await whenReleased(() => all(services.map((service) => invalidateTags(service, list))))
      }
      const rest = () =>
        all(
          services.flatMap((service) => [
            invalidateTags(service, tags),
            ...(keys.length > 0 ? [service.deleteMany(keys)] : []),
            ...(pattern !== undefined ? [service.deletePattern(pattern)] : []),
          ]),
        )
      await all([whenReleased(rest), more()])
      return result
    }
  })
}

/** The most that one `invalidateTags` takes; too many must not be found out after the function ran. */
const MAX_TAGS = 64

async function invalidateTags(service: CacheService, tags: readonly string[]): Promise<void> {
  const distinct = [...new Set(tags)]
  for (let from = 0; from < distinct.length; from += MAX_TAGS) {
    await service.invalidateTags(distinct.slice(from, from + MAX_TAGS))
  }
}
