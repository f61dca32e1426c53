import { type CacheRegistry, type ConfigSource, type OpenCachesOptions, openCaches } from '@holdfast/cache-config'
import { badInput, type CacheService } from '@holdfast/cache-core'
import { type AwilixContainer, asFunction, asValue } from 'awilix'
import { type NamesOption, stubSource } from '../stub-source.js'

/** What is registered without a word of yours. Other names: `AwilixCacheOptions.nameOf`. */
export interface CacheCradle {
  /** All of them. */
  readonly caches: CacheRegistry
  /** The default one. */
  readonly cache: CacheService
}

export interface NamesInCradle {
  /** What a cache is registered as. @default `sessions` is `sessionsCache`, `hot-data` is `hotDataCache` */
  readonly nameOf?: ((name: string) => string) | undefined
}
export type AwilixCacheOptions = OpenCachesOptions & NamesInCradle

const camelCase = (name: string): string =>
  name.replace(/[^\p{L}\p{N}]+(.)?/gu, (_, next: string | undefined) => next?.toUpperCase() ?? '')

/**
 * Opens the caches of a configuration and registers them: the default one as `cache`, each as `<name>Cache`, all of them
 * as `caches`. The source is the `cache` object, a document with it, a path, or what `loadConfig` returned; rejects with
 * `E_CONFIG` if it is wrong, or if two caches would get one name. `await container.dispose()` closes the caches.
 */
export async function registerCaches(
  container: AwilixContainer,
  source: ConfigSource,
  { nameOf = (name) => `${camelCase(name)}Cache`, ...options }: AwilixCacheOptions = {},
): Promise<CacheRegistry> {
  const caches = await openCaches(source, options)
  const registered = new Map<string, string>([['cache', caches.defaultName]])
  for (const name of caches.names) {
    const as = nameOf(name)
    const other = registered.get(as)
    if (other !== undefined && other !== name) {
      await caches.close()
      throw badInput(`The caches ${other} and ${name} would both be registered as ${as}`, 'Give nameOf')
    }
    registered.set(as, name)
  }
  const all = asFunction(() => caches).singleton()
  container.register(
    'caches',
    all.disposer((closing) => closing.close()),
  )
  for (const [as, name] of registered) container.register(as, asValue(caches.get(name)))
  // Only what was resolved is disposed of.
  container.resolve('caches')
  return caches
}

/** For tests: process memory and nothing else, whatever the environment says, under these names. */
export const registerStubCaches = (
  container: AwilixContainer,
  { nameOf, ...names }: NamesOption & NamesInCradle = {},
): Promise<CacheRegistry> => {
  const [source, options] = stubSource(names)
  return registerCaches(container, source, { ...options, nameOf })
}
