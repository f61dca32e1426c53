import { type CacheRegistry, type ConfigSource, type OpenCachesOptions, openCaches } from '@holdfast/cache-config'
import { CacheService } from '@holdfast/cache-core'
import type { DependencyContainer } from 'tsyringe'
import { type NamesOption, stubSource } from '../stub-source.js'

/** What all caches together are registered as: a `CacheRegistry` of `@holdfast/cache-config`. */
export const CACHES = Symbol.for('holdfast.caches')

/** What a cache is registered as: `CacheService` itself for the default one. For `@inject(cacheToken('sessions'))`. */
export const cacheToken = (name?: string): symbol | typeof CacheService =>
  name === undefined ? CacheService : Symbol.for(`holdfast.cache.${name}`)

/**
 * Opens the caches of a configuration and registers them: the default one as `CacheService`, each as
 * `cacheToken(name)`. The source is the `cache` object, a document with it, a path, or what `loadConfig` returned;
 * rejects with `E_CONFIG` if it is wrong. `await container.dispose()` closes the caches.
 */
export async function registerCaches(
  container: DependencyContainer,
  source: ConfigSource,
  options: OpenCachesOptions = {},
): Promise<CacheRegistry> {
  const caches = await openCaches(source, options)
  container.register<CacheRegistry>(CACHES, { useValue: caches })
  container.register<CacheService>(CacheService, { useValue: caches.get() })
  for (const name of caches.names) container.register(cacheToken(name), { useValue: caches.get(name) })
  // A container disposes of what it made itself, and of nothing else.
  class Shutdown {
    dispose(): Promise<void> {
      return caches.close()
    }
  }
  container.resolve(Shutdown)
  return caches
}

/** For tests: process memory and nothing else, whatever the environment says, under these names. */
export const registerStubCaches = (container: DependencyContainer, options: NamesOption = {}): Promise<CacheRegistry> =>
  registerCaches(container, ...stubSource(options))
