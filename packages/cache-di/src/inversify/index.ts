import { type CacheRegistry, type ConfigSource, type OpenCachesOptions, openCaches } from '@holdfast/cache-config'
import { CacheService } from '@holdfast/cache-core'
import type { Container } from 'inversify'
import { type NamesOption, stubSource } from '../stub-source.js'

/** What all caches together are bound to: a `CacheRegistry` of `@holdfast/cache-config`. */
export const CACHES = Symbol.for('holdfast.caches')

/**
 * Opens the caches of a configuration and binds them to `CacheService`: the default one for whoever asks for no name,
 * and each by its name, for `@inject(CacheService) @named('sessions')` or `container.get(CacheService, { name })`. The
 * source is the `cache` object, a document with it, a path, or what `loadConfig` returned; rejects with `E_CONFIG` if it
 * is wrong. `await container.unbindAllAsync()` closes the caches.
 */
export async function registerCaches(
  container: Container,
  source: ConfigSource,
  options: OpenCachesOptions = {},
): Promise<CacheRegistry> {
  const caches = await openCaches(source, options)
  container
    .bind<CacheRegistry>(CACHES)
    .toConstantValue(caches)
    .onDeactivation((all) => all.close())
  container.bind(CacheService).toConstantValue(caches.get()).whenDefault()
  for (const name of caches.names) container.bind(CacheService).toConstantValue(caches.get(name)).whenNamed(name)
  // Only what was asked for is deactivated.
  return container.get<CacheRegistry>(CACHES)
}

/** For tests: process memory and nothing else, whatever the environment says, under these names. */
export const registerStubCaches = (container: Container, options: NamesOption = {}): Promise<CacheRegistry> =>
  registerCaches(container, ...stubSource(options))
