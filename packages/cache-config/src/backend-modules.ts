import { createRequire } from 'node:module'
import { type CacheBackend, CacheError } from '@holdfast/cache-core'
import { BackendType } from './backend-type.js'

type Constructor = new (options: Record<string, unknown>) => CacheBackend

/** What a configuration needs of `@holdfast/cache-memory` and `@holdfast/cache-redis`: the class that it constructs. */
export interface BackendModule {
  readonly MemoryBackend?: unknown
  readonly RedisBackend?: unknown
}

export type LoadBackend = (type: BackendType) => BackendModule

const PACKAGES = {
  memory: { id: '@holdfast/cache-memory', className: 'MemoryBackend', install: '@holdfast/cache-memory' },
  redis: { id: '@holdfast/cache-redis', className: 'RedisBackend', install: '@holdfast/cache-redis ioredis' },
} as const

/** Loads with `require`, which is synchronous. Each package has a CommonJS build; both builds know each other's errors and classes. */
export const requireBackend =
  (require: (id: string) => unknown): LoadBackend =>
  (type) =>
    require(PACKAGES[type].id) as BackendModule

/** Beside this file, where an optional peer is linked by every package manager. */
export const requireInstalled: LoadBackend = (type) => requireBackend(createRequire(import.meta.url))(type)

/** Loads with `import`. The names stand here as they are so that bundlers see them. */
export const importBackend = (type: BackendType): Promise<BackendModule> =>
  type === BackendType.REDIS ? import('@holdfast/cache-redis') : import('@holdfast/cache-memory')

export function constructorOf(type: BackendType, module: BackendModule): Constructor {
  const { className, id } = PACKAGES[type]
  const found = module[className]
  if (typeof found === 'function') return found as Constructor
  throw new CacheError(
    'E_CONFIG',
    `${id} has no ${className}. Install the release that belongs to @holdfast/cache-config.`,
  )
}

/** The failure of a load as `E_CONFIG`: what was needed, and what to install. */
export function notLoaded(type: BackendType, cause: unknown): CacheError {
  const { id, install } = PACKAGES[type]
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] as string) : String(cause)
  const message = `A backend of type ${type} needs ${id}, which could not be loaded: ${reason}. Install it: npm install ${install}`
  return new CacheError('E_CONFIG', message, { op: 'createCaches', cause })
}
