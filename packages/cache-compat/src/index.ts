export { type CacheManagerCache, type CacheManagerEvents, cacheManager, type WrapOptions } from './cache-manager.js'
