export { bindCache } from './bind-cache.js'
export { cache, cacheable } from './cache.js'
export { collectInvalidations } from './collect-invalidations.js'
export { invalidate, invalidateMethod } from './invalidate.js'
export { invalidateCache } from './invalidate-cache.js'
export { methodKey } from './method-key.js'
export type {
  CacheChoice,
  CacheDecorator,
  Cached,
  CachedOptions,
  InvalidateDecorator,
  InvalidateOptions,
} from './types.js'
