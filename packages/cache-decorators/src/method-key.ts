import { badInput } from '@holdfast/cache-core'
import { KEY } from './key-function.js'
import type { OfCall } from './of-call.js'

/**
 * The key under which a cached method keeps its result for these arguments:
 * `methodKey(articles, articles.get, '42')`. For a static method the target is the class.
 *
 * A method that is not cached, or whose cached form another decorator covers, is `E_CONFIG`.
 */
export function methodKey<A extends unknown[]>(
  target: object,
  // biome-ignore lint/suspicious/noExplicitAny: a method may name any this
  method: (this: any, ...args: A) => unknown,
  ...args: NoInfer<A>
): string {
  const key = (method as { [KEY]?: OfCall<string> } | undefined)?.[KEY]
  if (key === undefined) {
    throw badInput(
      'methodKey: the method is not cached',
      'Put @cache() or @cacheable() on it, before every other decorator',
    )
  }
  return key(target, args)
}
