import type { CacheService } from '@holdfast/cache-core'
import { type BackendModule, importBackend, type LoadBackend, notLoaded, requireInstalled } from './backend-modules.js'
import type { BackendType } from './backend-type.js'
import { buildCache, typesOf, type Wiring } from './build-cache.js'
import { loadConfig } from './load-config.js'
import { type CacheRegistry, NamedCaches } from './registry.js'
import type { CacheConfig, ConfigSource, LoadOptions } from './types.js'

/** What reading the configuration and all of its caches are given. */
export interface OpenCachesOptions extends LoadOptions, Wiring {}

export interface CreateCachesOptions extends OpenCachesOptions {
  /**
   * Hands over the package of a backend type, for when it cannot be found by name, as inside a bundle:
   * `load: () => memoryModule` after `import * as memoryModule from '@holdfast/cache-memory'`.
   * @default require
   */
  readonly load?: LoadBackend | undefined
}

/**
 * The caches of a configuration, or of anything that `loadConfig` accepts. Only the packages of the backend types that
 * it names are loaded, with `require`: the call is synchronous, and what is missing is known at once. Where `require`
 * does not reach (bundles, test runners that rewrite imports), use {@link openCaches} or the option `load`.
 *
 * @throws CacheError `E_CONFIG`: the configuration is wrong, or a package is not installed; it says which to install.
 */
export function createCaches(source: ConfigSource, options: CreateCachesOptions = {}): CacheRegistry {
  const config = loadConfig(source, options)
  const load = options.load ?? requireInstalled
  const modules = new Map<BackendType, BackendModule>()
  for (const type of typesIn(config)) {
    try {
      modules.set(type, load(type))
    } catch (cause) {
      throw notLoaded(type, cause)
    }
  }
  return build(config, modules, options)
}

/** As {@link createCaches}, loading with `import()`. */
export async function openCaches(source: ConfigSource, options: OpenCachesOptions = {}): Promise<CacheRegistry> {
  const config = loadConfig(source, options)
  const loading = typesIn(config).map(async (type) => {
    const module = await importBackend(type).catch((cause: unknown) => {
      throw notLoaded(type, cause)
    })
    return [type, module] as const
  })
  return build(config, new Map(await Promise.all(loading)), options)
}

const typesIn = (config: CacheConfig): readonly BackendType[] => [...new Set(config.backends.flatMap(typesOf))]

function build(config: CacheConfig, modules: ReadonlyMap<BackendType, BackendModule>, wiring: Wiring): CacheRegistry {
  const caches = new Map<string, CacheService>()
  const defaultName = config.backends.find((backend) => backend.default)?.name as string
  try {
    for (const backend of config.backends) {
      caches.set(backend.name, buildCache(backend, config.service, modules, wiring))
    }
  } catch (error) {
    // Nobody will ever hold those that were made before.
    new NamedCaches(caches, defaultName).close().catch(() => undefined)
    throw error
  }
  return new NamedCaches(caches, defaultName)
}
