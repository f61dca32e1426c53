import {
  type CacheBackend,
  type CacheService,
  type Clock,
  createCache,
  type NearOptions,
  type Recorder,
} from '@holdfast/cache-core'
import { type BackendModule, constructorOf } from './backend-modules.js'
import { BackendType } from './backend-type.js'
import type { BackendConfig, NearSettings, ServiceSettings } from './types.js'
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
  modules: ReadonlyMap<BackendType, BackendModule>,
  wiring: Wiring,
): CacheService {
  const service = { ...shared, ...config.service }
  const protection = {
    lockTtl: service.protectionLockTtl,
    maxWait: service.protectionMaxWait,
    onMaxWait: service.protectionOnMaxWait,
  }
  return createCache({
    backend: buildBackend(config, modules.get(config.type) as BackendModule, wiring.clock),
    ...given({
      name: config.name,
      near: buildNear(config, modules, wiring.clock),
      defaultTtl: config.defaultTtl ?? service.defaultTtl,
      jitter: config.jitter ?? service.jitter,
      grace: config.grace ?? service.grace,
      protection: service.enableProtection === false ? (false as const) : given(protection),
      recorder: wiring.recorder,
      clock: wiring.clock,
    }),
  })
}

/** The types of backend whose packages a cache needs. */
export const typesOf = ({ type, near }: BackendConfig): readonly BackendType[] =>
  near ? [type, BackendType.MEMORY] : [type]

function buildNear(
  { near }: BackendConfig,
  modules: ReadonlyMap<BackendType, BackendModule>,
  clock: Clock | undefined,
): NearOptions | undefined {
  if (!near) return undefined
  const { maxSize, policy, isolation, ttl }: NearSettings = near === true ? {} : near
  const Memory = constructorOf(BackendType.MEMORY, modules.get(BackendType.MEMORY) as BackendModule)
  return { backend: new Memory(given({ maxEntries: maxSize, policy, isolation, clock })), ...given({ ttl }) }
}

function buildBackend(config: BackendConfig, module: BackendModule, clock: Clock | undefined): CacheBackend {
  const Backend = constructorOf(config.type, module)
  if (config.type === BackendType.MEMORY) {
    const { maxSize: maxEntries, policy, isolation } = config
    return new Backend(given({ maxEntries, policy, isolation, clock }))
  }
  return new Backend(
    given({
      url: config.redisUrl,
      host: config.redisHost,
      port: config.redisPort,
      username: config.redisUsername,
      password: config.redisPassword,
      db: config.redisDb,
      cluster: config.redisCluster && { nodes: config.redisCluster },
      sentinel: config.redisSentinel && given(config.redisSentinel),
      tls: typeof config.redisTls === 'object' ? given(config.redisTls) : config.redisTls,
      prefix: config.keyPrefix,
    }),
  )
}
