import { isPromise, type MaybePromise, type PatternOptions } from '../contracts/backend.js'
import type {
  Acquired,
  AcquireRequest,
  BackendHealth,
  CacheBackend,
  Draft,
  Filled,
  Inspection,
  Lease,
  Reading,
} from '../contracts/index.js'
import { isCacheError, isOutage } from '../errors.js'
import type { Debtor } from './debtor.js'
import type { Owed } from './owed.js'

/**
 * Stands before a store that may fail. An invalidation that the store did not confirm rejects, as ever, and is owed:
 * it is tried again until it is done, and until then this process neither reads what it concerns nor keeps what was
 * being computed. A `set` of which nobody knows whether it happened is owed a removal. When another server takes over,
 * all that was confirmed lately is owed once more.
 */
export class Owing implements CacheBackend {
  readonly name: string
  readonly follow?: NonNullable<CacheBackend['follow']>
  readonly #backend: CacheBackend
  readonly #debtor: Debtor
  readonly #owed: Owed
  /** What had been owed when a lease was given. */
  readonly #since = new WeakMap<Lease, number>()

  constructor(backend: CacheBackend, debtor: Debtor) {
    this.name = backend.name
    this.#backend = backend
    this.#debtor = debtor
    this.#owed = debtor.owed
    if (backend.follow !== undefined) this.follow = (listener) => backend.follow!(listener)
  }

  read(key: string, tagHint: readonly string[]): MaybePromise<Reading> {
    const reading = this.#backend.read(key, tagHint)
    if (this.#owed.size === 0) return reading
    return isPromise(reading) ? reading.then((found) => this.#judged(key, found)) : this.#judged(key, reading)
  }

  readMany(keys: readonly string[], tagHint: readonly string[]): MaybePromise<readonly Reading[]> {
    const readings = this.#backend.readMany(keys, tagHint)
    if (this.#owed.size === 0) return readings
    const judge = (found: readonly Reading[]) => found.map((one, index) => this.#judged(keys[index] as string, one))
    return isPromise(readings) ? readings.then(judge) : judge(readings)
  }

  async acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    const since = this.#owed.seq
    const acquired = await this.#backend.acquire(key, request)
    if (acquired.status === 'own') this.#since.set(acquired.lease, since)
    return acquired
  }

  async fill(lease: Lease, draft: Draft | undefined): Promise<Filled> {
    const since = this.#since.get(lease) ?? 0
    if (this.#owed.concerns(lease.key, draft?.tags ?? [], since)) {
      await this.#backend.release(lease)
      return 'stale'
    }
    const filled = await this.#backend.fill(lease, draft)
    if (filled !== 'stored') return filled
    // What failed while the fill was under way may have been meant for this very value.
    if (this.#owed.concerns(lease.key, draft?.tags ?? [], since)) return 'stale'
    if (draft !== undefined) this.#owed.settledKeys([lease.key], since)
    return filled
  }

  renew(lease: Lease, leaseMs: number): MaybePromise<boolean> {
    return this.#backend.renew(lease, leaseMs)
  }

  release(lease: Lease): MaybePromise<void> {
    return this.#backend.release(lease)
  }

  awaken(key: string, wake: () => void): () => void {
    return this.#backend.awaken(key, wake)
  }

  write(key: string, draft: Draft): Promise<void> {
    return this.#writing([key], () => this.#backend.write(key, draft))
  }

  writeMany(drafts: ReadonlyMap<string, Draft>): Promise<void> {
    return this.#writing([...drafts.keys()], () => this.#backend.writeMany(drafts))
  }

  async touch(key: string, freshUntil: number, keepUntil: number): Promise<boolean> {
    // What is owed a removal must not live longer.
    if (this.#owed.size > 0 && this.#owed.concerns(key, [])) await this.remove([key])
    return this.#backend.touch(key, freshUntil, keepUntil)
  }

  remove(keys: readonly string[]): Promise<number> {
    return this.#owing(
      () => this.#backend.remove(keys),
      (since) => this.#owed.settledKeys(keys, since),
      () => this.#owed.addKeys(keys),
      keys.length,
    )
  }

  expire(keys: readonly string[], at: number): Promise<number> {
    return this.#owing(
      () => this.#backend.expire(keys, at),
      () => undefined,
      () => this.#owed.addKeys(keys, at),
      keys.length,
    )
  }

  removePattern(glob: string, options: PatternOptions): Promise<number> {
    return this.#owing(
      () => this.#backend.removePattern(glob, options),
      () => undefined,
      () => this.#owed.addPattern(glob),
      1,
    )
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#owing(
      () => this.#backend.invalidateTags(tags),
      (since) => this.#owed.settledTags(tags, since),
      () => this.#owed.addTags(tags, false),
      tags.length,
    )
  }

  expireTags(tags: readonly string[]): Promise<void> {
    return this.#owing(
      () => this.#backend.expireTags(tags),
      () => undefined,
      () => this.#owed.addTags(tags, true),
      tags.length,
    )
  }

  clear(prefix: string): Promise<void> {
    return this.#owing(
      () => this.#backend.clear(prefix),
      (since) => prefix === '' && this.#owed.settledAll(since),
      () => this.#owed.addPrefix(prefix),
      1,
    )
  }

  async inspect(key: string): Promise<Inspection> {
    const backend = this.#backend
    return backend.inspect ? backend.inspect(key) : { reading: await backend.read(key, []), tags: [] }
  }

  async health(): Promise<BackendHealth> {
    const { status, detail } = await this.#backend.health()
    const owed = this.#owed.size
    return { status, detail: owed === 0 ? detail : { ...detail, owedInvalidations: owed } }
  }

  /** The backend is closed by whoever opened it. */
  close(): void {}

  #judged(key: string, reading: Reading): Reading {
    if (!reading.present || !this.#owed.concerns(key, reading.tags)) return reading
    return { present: false, version: reading.version }
  }

  async #owing<T>(
    work: () => MaybePromise<T>,
    done: (since: number) => unknown,
    owe: () => void,
    count: number,
  ): Promise<T> {
    const since = this.#owed.seq
    try {
      const result = await work()
      if (this.#owed.size > 0) done(since)
      this.#debtor.recent?.add(count, owe)
      return result
    } catch (error) {
      if (isOutage(error)) {
        owe()
        this.#debtor.added(count)
      }
      throw error
    }
  }

  async #writing(keys: readonly string[], work: () => MaybePromise<void>): Promise<void> {
    await this.#debtor.past(keys)
    const since = this.#owed.seq
    const owe = (): void => this.#owed.addKeys(keys)
    try {
      await work()
      if (this.#owed.size > 0) this.#owed.settledKeys(keys, since)
      this.#debtor.recent?.add(keys.length, owe)
    } catch (error) {
      if (isCacheError(error) && isOutage(error) && error.outcome !== 'not-applied') {
        owe()
        this.#debtor.added(keys.length)
      }
      throw error
    }
  }
}
