export { type RequestCacheMiddleware, requestCache } from './middleware.js'
export {
  cacheInRequest,
  clearRequestCache,
  getRequestCache,
  memoInRequest,
  type RequestKey,
  runInRequest,
} from './request-cache.js'
export { type RequestScoped, requestScoped } from './request-scoped.js'
