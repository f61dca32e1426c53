import { BackendType } from './backend-type.js'
import { toCamel } from './naming.js'
import type { CacheDocument } from './schema.js'
import type { BackendConfig, CacheConfig } from './types.js'
import { isMapping } from './values.js'

const BRAND = Symbol.for('holdfast.CacheConfig')

/** True for what `loadConfig` made, in whichever build. */
export const isCacheConfig = (candidate: unknown): candidate is CacheConfig =>
  typeof candidate === 'object' && candidate !== null && BRAND in candidate

/** Fills in names, kinds, prefixes and the default of a document that was found right. */
export function settle(document: CacheDocument): CacheConfig {
  const listed = document.backends ?? []
  const backends = listed.length === 0 ? [{}] : listed
  const chosen = Math.max(
    0,
    backends.findIndex((backend) => backend.default),
  )
  const config = {
    backends: backends.map((backend, index) => {
      const { name = 'default', type = BackendType.MEMORY } = backend
      const prefix = type === BackendType.REDIS ? { keyPrefix: backend.key_prefix ?? name } : {}
      return {
        ...(camelKeys(backend) as object),
        name,
        type,
        default: index === chosen,
        ...prefix,
      } satisfies BackendConfig
    }),
    service: camelKeys(document.service ?? {}) as object,
  }
  return deepFreeze(Object.defineProperty(config, BRAND, { value: true }))
}

function camelKeys(value: unknown): unknown {
  if (!isMapping(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [toCamel(key), camelKeys(item)]))
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
