import {
  type CacheRegistry,
  type ConfigSource,
  loadConfig,
  type OpenCachesOptions,
  openCaches,
} from '@holdfast/cache-config'
import type { DynamicModule, FactoryProvider, ModuleMetadata, OnApplicationShutdown } from '@nestjs/common'
import { CacheHealthIndicator } from './health-indicator.js'
import { CACHES, getCacheToken } from './tokens.js'

export interface NestCacheOptions extends OpenCachesOptions {
  /** Whether every module sees the caches without importing this one. @default true */
  readonly isGlobal?: boolean
}

export interface NestCacheAsyncOptions {
  readonly imports?: ModuleMetadata['imports']
  readonly inject?: FactoryProvider['inject']
  /** The configuration, made of what was injected. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever is injected
  readonly useFactory: (...injected: any[]) => ConfigSource | Promise<ConfigSource>
  /** The names that `@InjectCache(name)` may ask for; the default cache needs none. @default none */
  readonly names?: readonly string[]
  /** @default true */
  readonly isGlobal?: boolean
}

/** Closes the caches when the application has answered its last request. */
class CacheShutdown implements OnApplicationShutdown {
  readonly #caches: CacheRegistry

  constructor(caches: CacheRegistry) {
    this.#caches = caches
  }

  onApplicationShutdown(): Promise<void> {
    return this.#caches.close()
  }
}

/**
 * The caches of a configuration for a Nest application: inject `CacheService` for the default one, `@InjectCache(name)`
 * for another. They are opened when the application starts, which fails with `E_CONFIG` if the configuration is wrong,
 * and closed when it shuts down.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: a module of Nest is a class
export class CacheModule {
  /** From the `cache` object, a document with it, a path, or what `loadConfig` returned. */
  static forRoot(source: ConfigSource, options: NestCacheOptions = {}): DynamicModule {
    const { isGlobal, ...wiring } = options
    const config = loadConfig(source, wiring)
    return define({
      names: config.backends.map(({ name }) => name),
      isGlobal,
      caches: { provide: CACHES, useFactory: () => openCaches(config, wiring) },
    })
  }

  /** From a YAML or JSON file. */
  static fromFile(path: string | URL, options: NestCacheOptions = {}): DynamicModule {
    return CacheModule.forRoot(path, options)
  }

  /** From a configuration that is made of what other modules provide. */
  static forRootAsync(options: NestCacheAsyncOptions): DynamicModule {
    const { imports, inject = [], useFactory, names = [], isGlobal } = options
    return define({
      names,
      isGlobal,
      imports,
      caches: {
        provide: CACHES,
        inject: [...inject],
        useFactory: async (...injected: unknown[]) => openCaches(await useFactory(...injected)),
      },
    })
  }

  /** For tests: process memory and nothing else, whatever the environment says, under these names. */
  static stub({ names = ['default'] }: { readonly names?: readonly string[] } = {}): DynamicModule {
    return CacheModule.forRoot({ backends: names.map((name) => ({ name })) }, { env: {} })
  }
}

interface Definition {
  readonly names: readonly string[]
  readonly isGlobal: boolean | undefined
  readonly imports?: ModuleMetadata['imports']
  readonly caches: FactoryProvider
}

function define({ names, isGlobal = true, imports, caches }: Definition): DynamicModule {
  const of = (name?: string): FactoryProvider => ({
    provide: getCacheToken(name),
    inject: [CACHES],
    useFactory: (registry: CacheRegistry) => registry.get(name),
  })
  const shutdown: FactoryProvider = {
    provide: CacheShutdown,
    inject: [CACHES],
    useFactory: (registry: CacheRegistry) => new CacheShutdown(registry),
  }
  const health: FactoryProvider = {
    provide: CacheHealthIndicator,
    inject: [CACHES],
    useFactory: (registry: CacheRegistry) => new CacheHealthIndicator(registry),
  }
  const given = [caches, of(), ...names.map(of), health]
  return {
    module: CacheModule,
    global: isGlobal,
    ...(imports !== undefined && { imports }),
    providers: [...given, shutdown],
    exports: given.map(({ provide }) => provide),
  }
}
