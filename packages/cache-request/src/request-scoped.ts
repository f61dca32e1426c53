import { badInput, CacheService, type GetOrSetOptions, type Loader } from '@holdfast/cache-core'
import { currentStore } from './request-store.js'

/** The calls of a `CacheService` after which something else may be read. */
const WRITES = [
  'set',
  'setMany',
  'delete',
  'deleteMany',
  'deletePattern',
  'invalidateTags',
  'expire',
  'expireTags',
  'touch',
  'clear',
] as const

/** A cache whose `get` and `getOrSet` are remembered while a request lasts. */
export type RequestScoped = Pick<CacheService, 'get' | 'getOrSet' | (typeof WRITES)[number]>

/**
 * A cache as one request sees it: what was read once is the same until the request ends, calls at one time share one
 * read, and a read that failed is not remembered. Every write and invalidation through this view goes to the cache, and
 * drops what the request remembers of it. **What others change meanwhile is not seen**: that is what it is for, and why
 * it is not the default. Outside a request it is the cache itself. Values are shared by reference.
 */
export function requestScoped(cache: CacheService): RequestScoped {
  if (!(cache instanceof CacheService)) {
    throw badInput('requestScoped: the argument is not a CacheService', 'Write requestScoped(createCache({ backend }))')
  }

  function remember<T>(key: string, reads: Map<string, Promise<unknown>>, reading: Promise<T>): Promise<T> {
    reads.set(key, reading)
    reading.catch(() => {
      if (reads.get(key) === reading) reads.delete(key)
    })
    return reading
  }

  const writes = Object.fromEntries(
    WRITES.map((verb) => [
      verb,
      async (...args: unknown[]): Promise<unknown> => {
        readsOf(cache)?.clear()
        try {
          return await (cache[verb] as (...args: unknown[]) => Promise<unknown>).apply(cache, args)
        } finally {
          // Whatever began meanwhile may have read what was there before.
          readsOf(cache)?.clear()
        }
      },
    ]),
  ) as Pick<CacheService, (typeof WRITES)[number]>

  return {
    ...writes,
    get<T>(key: string): Promise<T | undefined> {
      const reads = readsOf(cache)
      if (reads === undefined) return cache.get<T>(key)
      const known = reads.get(key)
      return known !== undefined ? (known as Promise<T>) : remember(key, reads, cache.get<T>(key))
    },
    getOrSet<T>(key: string, loader: Loader<T>, options?: GetOrSetOptions): Promise<T> {
      const reads = readsOf(cache)
      if (reads === undefined) return cache.getOrSet(key, loader, options)
      const known = reads.get(key)
      const load = (): Promise<T> => cache.getOrSet(key, loader, options)
      if (known === undefined) return remember(key, reads, load())
      // A miss is no answer to this call, nor is a read that failed.
      const found = known.catch(() => undefined)
      return remember(
        key,
        reads,
        found.then((value) => (value === undefined ? load() : (value as T))),
      )
    },
  }
}

/** What the present request remembers of a cache. */
function readsOf(cache: CacheService): Map<string, Promise<unknown>> | undefined {
  const store = currentStore()
  if (store === undefined) return undefined
  let reads = store.reads.get(cache)
  if (reads === undefined) {
    reads = new Map()
    store.reads.set(cache, reads)
  }
  return reads
}
