import { type CacheBackend, type Clock, checkClock, type Draft, type Reading } from '@holdfast/cache-core'

export interface KeyvStorageOptions {
  readonly clock?: Clock
}

interface Item {
  readonly key: string
  readonly value: unknown
  readonly ttl?: number | undefined
}

/** What Keyv 5 asks of a storage adapter. */
export interface KeyvStorage {
  readonly opts: Readonly<Record<string, unknown>>
  /** Set by Keyv, which prefixes the keys itself. */
  namespace?: string
  get<T>(key: string): Promise<T | undefined>
  /** In the order of the keys. */
  getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]>
  /** `ttlMs` in milliseconds; without it the value stays until it is removed or evicted. */
  set(key: string, value: unknown, ttlMs?: number): Promise<boolean>
  /** Each with a `ttl` in milliseconds. All are tried. */
  setMany(items: readonly Item[]): Promise<boolean[]>
  delete(key: string): Promise<boolean>
  /** Whether all of them were there. */
  deleteMany(keys: readonly string[]): Promise<boolean>
  /** Removes the keys of the namespace, or everything when there is none. */
  clear(): Promise<void>
  has(key: string): Promise<boolean>
  hasMany(keys: readonly string[]): Promise<boolean[]>
  on(): KeyvStorage
}

/**
 * Any backend as a storage of Keyv: `new Keyv({ store: keyvStorage(backend) })`. Failures are `CacheError`s, and none is
 * hidden: a read of a store that is away rejects, as Keyv's other storages do.
 */
export function keyvStorage(backend: CacheBackend, options: KeyvStorageOptions = {}): KeyvStorage {
  return new BackendStorage(backend, checkClock(options.clock, 'keyvStorage'))
}

class BackendStorage implements KeyvStorage {
  readonly opts = {}
  namespace?: string
  readonly #backend: CacheBackend
  readonly #clock: Clock

  constructor(backend: CacheBackend, clock: Clock) {
    this.#backend = backend
    this.#clock = clock
  }

  async get<T>(key: string): Promise<T | undefined> {
    return this.#value<T>(await this.#backend.read(key, []))
  }

  async getMany<T>(keys: readonly string[]): Promise<(T | undefined)[]> {
    return (await this.#backend.readMany(keys, [])).map((reading) => this.#value<T>(reading))
  }

  async set(key: string, value: unknown, ttlMs?: number): Promise<boolean> {
    await this.#backend.write(key, this.#draft(value, ttlMs))
    return true
  }

  async setMany(items: readonly Item[]): Promise<boolean[]> {
    await this.#backend.writeMany(new Map(items.map(({ key, value, ttl }) => [key, this.#draft(value, ttl)])))
    return items.map(() => true)
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#backend.remove([key])) > 0
  }

  async deleteMany(keys: readonly string[]): Promise<boolean> {
    const distinct = [...new Set(keys)]
    return (await this.#backend.remove(distinct)) === distinct.length
  }

  async clear(): Promise<void> {
    await this.#backend.clear(this.namespace ? `${this.namespace}:` : '')
  }

  async has(key: string): Promise<boolean> {
    return this.#isFresh(await this.#backend.read(key, []))
  }

  async hasMany(keys: readonly string[]): Promise<boolean[]> {
    return (await this.#backend.readMany(keys, [])).map((reading) => this.#isFresh(reading))
  }

  /** Failures reject; nothing is told by events. */
  on(): this {
    return this
  }

  #draft(value: unknown, ttlMs: number | undefined): Draft {
    const now = this.#clock.now()
    const until = ttlMs === undefined ? Number.POSITIVE_INFINITY : now + ttlMs
    return { value, tags: [], createdAt: now, freshUntil: until, keepUntil: until, loadMs: 0 }
  }

  #value<T>(reading: Reading): T | undefined {
    return reading.present && this.#isFresh(reading) ? (reading.value as T) : undefined
  }

  /** Keyv knows no stale values: what another writer gave a grace, or expired, is a miss. */
  #isFresh(reading: Reading): boolean {
    return reading.present && (reading.freshUntil >= reading.keepUntil || this.#clock.now() < reading.freshUntil)
  }
}
