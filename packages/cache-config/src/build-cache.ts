import { type CacheBackend, type CacheService, type Clock, createCache, type Recorder } from '@holdfast/cache-core'
import { type BackendModule, constructorOf } from './backend-modules.js'
import { BackendType } from './backend-type.js'
import type { BackendConfig, ServiceSettings } from './types.js'
import { given } from './values.js'

/** What every cache of a configuration shares. */
export interface Wiring {
  readonly recorder?: Recorder | undefined
  readonly clock?: Clock | undefined
}

/** One backend of a checked configuration and the cache over it. The nearer setting wins: backend, its service, the service of all. */
export function buildCache(
  config: BackendConfig,
  shared: ServiceSettings,
  module: BackendModule,
  wiring: Wiring,
): CacheService {
  const service = { ...shared, ...config.service }
  const protection = {
    lockTtl: service.protectionLockTtl,
    maxWait: service.protectionMaxWait,
    onMaxWait: service.protectionOnMaxWait,
  }
  return createCache({
    backend: buildBackend(config, module, wiring.clock),
    ...given({
      name: config.name,
      defaultTtl: config.defaultTtl ?? service.defaultTtl,
      jitter: config.jitter ?? service.jitter,
      grace: config.grace ?? service.grace,
      protection: service.enableProtection === false ? (false as const) : given(protection),
      recorder: wiring.recorder,
      clock: wiring.clock,
    }),
  })
}

function buildBackend(config: BackendConfig, module: BackendModule, clock: Clock | undefined): CacheBackend {
  const Backend = constructorOf(config.type, module)
  if (config.type === BackendType.MEMORY) {
    return new Backend(given({ maxEntries: config.maxSize, isolation: config.isolation, clock }))
  }
  return new Backend(
    given({
      url: config.redisUrl,
      host: config.redisHost,
      port: config.redisPort,
      username: config.redisUsername,
      password: config.redisPassword,
      db: config.redisDb,
      tls: typeof config.redisTls === 'object' ? given(config.redisTls) : config.redisTls,
      prefix: config.keyPrefix,
    }),
  )
}
