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

  function remembered<T>(kind: string, key: string, read: () => Promise<T>): Promise<T> {
    const reads = readsOf(cache)
    if (reads === undefined) return read()
    const name = `${kind}:${key}`
    const known = reads.get(name)
    if (known !== undefined) return known as Promise<T>
    const reading = read()
    reads.set(name, reading)
    reading.catch(() => {
      if (reads.get(name) === reading) reads.delete(name)
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
    get: <T>(key: string) => remembered('get', key, () => cache.get<T>(key)),
    getOrSet: <T>(key: string, loader: Loader<T>, options?: GetOrSetOptions) =>
      remembered('getOrSet', key, async () => {
        const value = await cache.getOrSet(key, loader, options)
        // Before it was a miss perhaps.
        readsOf(cache)?.delete(`get:${key}`)
        return value
      }),
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
