import { randomUUID } from 'node:crypto'
import {
  type CacheBackend,
  type CacheOptions,
  type CacheService,
  createCache,
  encoded,
  fenced,
  type KeyValueStore,
} from '@holdfast/cache-core'
import { ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'
import { afterEach, inject } from 'vitest'

/** Two caches that share one store. On Redis each has a connection of its own, as on two machines. */
export interface Nodes {
  readonly a: CacheService
  readonly b: CacheService
  /** The time of both caches, and of a store in this process. Redis has its own. */
  readonly clock: ManualClock
}

export interface Arrangement {
  readonly name: string
  readonly open: (options?: Partial<CacheOptions>) => Nodes
}

const opened: CacheService[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((cache) => cache.close()))
})

/** A Map of bytes behind answers that take a moment. */
export function byteStore(clock: ManualClock, map = new Map<string, { bytes: Uint8Array; until: number }>()) {
  const store: KeyValueStore<Uint8Array> = {
    name: 'bytes',
    get: async (key) => {
      const found = map.get(key)
      return found !== undefined && found.until > clock.now() ? found.bytes : undefined
    },
    set: async (key, bytes, { ttlMs = Number.POSITIVE_INFINITY }) =>
      void map.set(key, { bytes, until: clock.now() + ttlMs }),
    delete: async (key) => map.delete(key),
    clear: async (prefix) => {
      for (const key of [...map.keys()]) if (key.startsWith(prefix)) map.delete(key)
    },
    keys: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)),
  }
  return { store, map }
}

const arrangement = (name: string, backends: (clock: ManualClock) => () => CacheBackend): Arrangement => ({
  name,
  open: (options) => {
    const clock = new ManualClock()
    const backend = backends(clock)
    const node = (): CacheService => {
      const cache = createCache({ backend: backend(), clock, jitter: 0, ...options })
      opened.push(cache)
      return cache
    }
    return { a: node(), b: node(), clock }
  },
})

const one = (backend: CacheBackend) => () => backend

export const memory = arrangement('memory', (clock) => one(new MemoryBackend({ clock })))
export const memoryOfCopies = arrangement('memory that gives copies', (clock) =>
  one(new MemoryBackend({ clock, isolation: 'clone' })),
)
export const lifted = arrangement('a lifted store', (clock) => one(fenced(encoded(byteStore(clock).store), { clock })))
export const redis = arrangement('Redis', () => {
  const prefix = `acceptance-${randomUUID()}`
  return () => new RedisBackend({ url: inject('redisUrl'), prefix })
})

export const ARRANGEMENTS: readonly Arrangement[] = [memory, lifted, redis]

/** A promise to be settled from outside. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open!: () => void
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** A loader that says when it runs and waits to be let go. `runs` counts. */
export function held<T>(load: () => T) {
  const entered = gate()
  const left = gate()
  const loader = async (): Promise<T> => {
    loader.runs++
    const value = load()
    entered.open()
    await left.opened
    return value
  }
  loader.runs = 0
  return Object.assign(loader, { entered: entered.opened, letGo: left.open })
}
