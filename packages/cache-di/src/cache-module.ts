import type { ConfigSource, CreateCachesOptions } from '@holdfast/cache-config'
import { ConfiguredCaches } from './configured-caches.js'
import type { Module } from './module.js'
import { StubCaches } from './stub-caches.js'

export interface StubOptions {
  /** The only names there are; the first one is the default. @default any name, and 'default' for none */
  readonly names?: readonly string[] | undefined
}

/** Provides `CacheService`, by name and without. */
export const CacheModule = Object.freeze({
  /**
   * The caches of a configuration: a path, the `cache` object, a document with it, or what `loadConfig` returned. It is
   * read when the application starts, and what is wrong with it is told then, as `E_CONFIG`.
   */
  configure: (source: ConfigSource, options: CreateCachesOptions = {}): Module => new ConfiguredCaches(source, options),

  /**
   * For tests: process memory and nothing else, whatever the environment says. Every name that is asked for is a cache
   * of its own, so it can stand in for any configuration; with `names`, other names are `E_CONFIG`.
   */
  stub: ({ names }: StubOptions = {}): Module =>
    names === undefined
      ? new StubCaches()
      : new ConfiguredCaches({ backends: names.map((name) => ({ name })) }, { env: {} }),
})
