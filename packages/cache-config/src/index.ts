export type { BackendModule, LoadBackend } from './backend-modules.js'
export { BackendType } from './backend-type.js'
export { type CreateCachesOptions, createCaches, type OpenCachesOptions, openCaches } from './create-caches.js'
export { type CheckOptions, type ConfigReport, checkConfig, loadConfig } from './load-config.js'
export type { ConfigProblem } from './problems.js'
export { redactConfig } from './redact-config.js'
export type { CacheRegistry, RegistryHealth } from './registry.js'
export type {
  BackendConfig,
  BackendSettings,
  CacheConfig,
  CacheSettings,
  ConfigSource,
  LoadOptions,
  ServiceSettings,
  TlsSettings,
} from './types.js'
