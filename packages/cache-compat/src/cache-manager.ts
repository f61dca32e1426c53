import { EventEmitter } from 'node:events'
import { badInput, CacheService, type SetOptions } from '@holdfast/cache-core'

type Milliseconds<T> = number | ((value: T) => number)

export interface WrapOptions<T> {
  /** Milliseconds, or a function of the value. @default the cache's defaultTtl */
  readonly ttl?: Milliseconds<T> | undefined
  /** With less than this left, the value is served and loaded anew behind the reader's back. Milliseconds. @default never */
  readonly refreshThreshold?: Milliseconds<T> | undefined
}

export interface CacheManagerEvents {
  get: (data: { key: string; value?: unknown; error?: unknown }) => void
  mget: (data: { keys: string[]; values?: unknown[]; error?: unknown }) => void
  set: (data: { key: string; value: unknown; error?: unknown }) => void
  mset: (data: { list: Item<unknown>[]; error?: unknown }) => void
  del: (data: { key: string; error?: unknown }) => void
  mdel: (data: { keys: string[]; error?: unknown }) => void
  clear: (error?: unknown) => void
  refresh: (data: { key: string; value?: unknown; error?: unknown }) => void
}

interface Item<T> {
  key: string
  value: T
  /** Milliseconds. */
  ttl?: number
}

/** The interface of a cache of cache-manager 7, as far as it is not about its stores. Lifetimes are milliseconds. */
export interface CacheManagerCache {
  get<T>(key: string): Promise<T | undefined>
  mget<T>(keys: string[]): Promise<(T | undefined)[]>
  /** When the value expires, epoch milliseconds. */
  ttl(key: string): Promise<number | undefined>
  set<T>(key: string, value: T, ttl?: number): Promise<T>
  mset<T>(list: Item<T>[]): Promise<Item<T>[]>
  del(key: string): Promise<boolean>
  mdel(keys: string[]): Promise<boolean>
  clear(): Promise<boolean>
  wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    ttl?: Milliseconds<T>,
    refreshThreshold?: Milliseconds<T>,
  ): Promise<T>
  wrap<T>(key: string, load: () => T | Promise<T>, options: WrapOptions<T>): Promise<T>
  on<E extends keyof CacheManagerEvents>(event: E, listener: CacheManagerEvents[E]): EventEmitter
  off<E extends keyof CacheManagerEvents>(event: E, listener: CacheManagerEvents[E]): EventEmitter
  /** Closes nothing: whoever made the cache closes it. */
  disconnect(): Promise<undefined>
  cacheId(): string
  /** None: there is one store, and it is not Keyv's. */
  readonly stores: never[]
}

/**
 * A cache behind the interface of cache-manager 7, for programs and libraries that were written for it, such as what
 * injects `CACHE_MANAGER` in NestJS. `wrap` loads once per key in the whole fleet; an invalidation that could not be done
 * rejects. A `ttl` of 0 means for ever, as there.
 */
export function cacheManager(cache: CacheService): CacheManagerCache {
  if (!(cache instanceof CacheService)) {
    throw badInput('cacheManager: the argument is not a CacheService', 'Write cacheManager(createCache({ backend }))')
  }
  return new Facade(cache)
}

class Facade implements CacheManagerCache {
  readonly stores: never[] = []
  readonly #cache: CacheService
  readonly #events = new EventEmitter()

  constructor(cache: CacheService) {
    this.#cache = cache
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.#told(
      'get',
      { key },
      () => this.#read<T>(key),
      (value) => ({ value }),
    )
  }

  mget<T>(keys: string[]): Promise<(T | undefined)[]> {
    const read = async () => {
      const found = await this.#cache.getMany<T>(keys)
      return Promise.all(keys.map((key) => (found.has(key) ? found.get(key) : this.#read<T>(key))))
    }
    return this.#told('mget', { keys }, read, (values) => ({ values }))
  }

  async ttl(key: string): Promise<number | undefined> {
    const seconds = await this.#cache.ttl(key)
    return seconds === undefined || seconds === Number.POSITIVE_INFINITY ? undefined : Date.now() + seconds * 1000
  }

  set<T>(key: string, value: T, ttl?: number): Promise<T> {
    return this.#told('set', { key, value }, async () => {
      await this.#cache.set(key, value, lifetime(ttl))
      return value
    })
  }

  mset<T>(list: Item<T>[]): Promise<Item<T>[]> {
    return this.#told('mset', { list }, async () => {
      const byTtl = new Map<number | undefined, [string, T][]>()
      for (const { key, value, ttl } of list) byTtl.set(ttl, [...(byTtl.get(ttl) ?? []), [key, value]])
      for (const [ttl, entries] of byTtl) await this.#cache.setMany(new Map(entries), lifetime(ttl))
      return list
    })
  }

  del(key: string): Promise<boolean> {
    return this.#told('del', { key }, async () => {
      await this.#cache.delete(key)
      return true
    })
  }

  mdel(keys: string[]): Promise<boolean> {
    return this.#told('mdel', { keys }, async () => {
      await this.#cache.deleteMany(keys)
      return true
    })
  }

  async clear(): Promise<boolean> {
    try {
      await this.#cache.clear()
    } catch (error) {
      this.#events.emit('clear', error)
      throw error
    }
    this.#events.emit('clear')
    return true
  }

  async wrap<T>(
    key: string,
    load: () => T | Promise<T>,
    given?: Milliseconds<T> | WrapOptions<T>,
    after?: Milliseconds<T>,
  ): Promise<T> {
    const { ttl, refreshThreshold } = typeof given === 'object' ? given : { ttl: given, refreshThreshold: after }
    // Fresh until the threshold is reached, then served while it is loaded anew: nobody can store over an invalidation.
    const threshold = await this.#thresholdOf(key, refreshThreshold)
    return this.#cache.getOrSet<T>(
      key,
      async ({ stale, setOptions, skip }) => {
        const again = stale !== undefined
        let value: T
        try {
          value = await load()
        } catch (error) {
          if (again) this.#events.emit('refresh', { key, value: stale, error })
          throw error
        }
        // As there: what is undefined is not kept.
        if (value === undefined) skip()
        setOptions(lifetimes(of(ttl, value), of(refreshThreshold, value)))
        if (again) this.#events.emit('refresh', { key, value })
        return value
      },
      threshold === undefined ? undefined : { staleWhileRevalidate: threshold / 1000 },
    )
  }

  on<E extends keyof CacheManagerEvents>(event: E, listener: CacheManagerEvents[E]): EventEmitter {
    return this.#events.addListener(event, listener)
  }

  off<E extends keyof CacheManagerEvents>(event: E, listener: CacheManagerEvents[E]): EventEmitter {
    return this.#events.removeListener(event, listener)
  }

  async disconnect(): Promise<undefined> {}

  cacheId(): string {
    return this.#cache.name
  }

  /** What is past its threshold is a hit as well. */
  async #read<T>(key: string): Promise<T | undefined> {
    return (await this.#cache.lookup<T>(key)).value
  }

  /** One that depends on the value asks for it first. */
  async #thresholdOf<T>(key: string, given: Milliseconds<T> | undefined): Promise<number | undefined> {
    if (typeof given !== 'function') return given
    const value = await this.#read<T>(key)
    return value === undefined ? undefined : given(value)
  }

  async #told<T>(
    event: string,
    about: object,
    work: () => Promise<T>,
    found: (result: T) => object = () => ({}),
  ): Promise<T> {
    try {
      const result = await work()
      this.#events.emit(event, { ...about, ...found(result) })
      return result
    } catch (error) {
      this.#events.emit(event, { ...about, error })
      throw error
    }
  }
}

const of = <T>(given: Milliseconds<T> | undefined, value: T): number | undefined =>
  typeof given === 'function' ? given(value) : given

const lifetime = (ms: number | undefined): { ttl: number } | undefined =>
  ms === undefined ? undefined : { ttl: ms === 0 ? Number.POSITIVE_INFINITY : ms / 1000 }

function lifetimes(ttl: number | undefined, threshold: number | undefined): SetOptions {
  if (threshold === undefined) return lifetime(ttl) ?? {}
  const grace = threshold / 1000
  return ttl === undefined || ttl === 0
    ? { ...lifetime(ttl), grace }
    : { ttl: Math.max(1, ttl - threshold) / 1000, grace }
}
