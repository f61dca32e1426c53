import { CacheService } from '@holdfast/cache-core'
import { Inject } from '@nestjs/common'

/** Provides the registry of all caches: `CacheRegistry` of `@holdfast/cache-config`. */
export const CACHES = Symbol.for('holdfast.nest.caches')

/** Where `HttpCache` leaves its options. */
export const HTTP_CACHE = Symbol.for('holdfast.nest.http-cache')

/** What a cache is provided under: `CacheService` itself for the default one. */
export const getCacheToken = (name?: string): symbol | typeof CacheService =>
  name === undefined ? CacheService : Symbol.for(`holdfast.nest.cache.${name}`)

/** Injects the cache of that name, or the default one. */
export const InjectCache = (name?: string): ParameterDecorator & PropertyDecorator => Inject(getCacheToken(name))
