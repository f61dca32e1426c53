import type { Duration } from '@holdfast/cache-core'
import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common'
import { HttpCacheInterceptor } from './http-cache-interceptor.js'
import { HTTP_CACHE } from './tokens.js'

export interface HttpCacheOptions {
  /** Of a response that does not say itself, with `Cache-Control: max-age`. @default 5 */
  readonly ttl?: Duration
  /** For `invalidateTags` when what is shown changes. */
  readonly tags?: readonly string[]
  /**
   * Request headers of which the response depends: each of their values has a response of its own. Requests with
   * `Authorization` or `Cookie` are answered without the cache unless it is named here. @default none
   */
  readonly vary?: readonly string[]
  /** Of the cache. @default the default one */
  readonly cache?: string
}

/**
 * Caches the responses of a handler, or of every GET handler of a controller. Only GET and HEAD; only responses of
 * status 2xx that set no cookie and whose `Cache-Control` does not forbid it. One handler runs at a time per
 * representation. Responses carry `ETag` and `Age`; a request that has it already gets a 304.
 */
export const HttpCache = (options: HttpCacheOptions = {}): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(HTTP_CACHE, options), UseInterceptors(HttpCacheInterceptor))
