import type { MaybePromise, PatternOptions } from '../contracts/backend.js'
import type { Bus } from '../contracts/bus.js'
import type {
  Acquired,
  AcquireRequest,
  BackendHealth,
  CacheBackend,
  ChangeListener,
  Draft,
  Filled,
  Inspection,
  Lease,
  Reading,
} from '../contracts/index.js'
import { CacheError } from '../errors.js'
import { type Announcement, encodeAnnouncement, tell } from './announcement.js'

/**
 * Lets a near cache stand before a store that cannot tell of its changes: every process that changes something through
 * this says so on a bus. A change that was made and could not be announced rejects with `E_INVALIDATION_PARTIAL`. What
 * is changed by other ways is not heard of: a near cache then serves its copy until the copy's own TTL.
 */
export function announced(backend: CacheBackend, bus: Bus): CacheBackend {
  return new Announced(backend, bus)
}

class Announced implements CacheBackend {
  readonly name: string
  readonly onReplaced?: NonNullable<CacheBackend['onReplaced']>
  readonly #backend: CacheBackend
  readonly #bus: Bus

  constructor(backend: CacheBackend, bus: Bus) {
    this.name = backend.name
    this.#backend = backend
    this.#bus = bus
    if (backend.onReplaced !== undefined) this.onReplaced = (listener) => backend.onReplaced!(listener)
  }

  follow(listener: ChangeListener): () => void {
    return this.#bus.subscribe({
      on: () => listener.on(),
      off: (reason) => listener.off(reason),
      heard: (message) => tell(message, listener),
    })
  }

  read(key: string, tagHint: readonly string[]): MaybePromise<Reading> {
    return this.#backend.read(key, tagHint)
  }

  readMany(keys: readonly string[], tagHint: readonly string[]): MaybePromise<readonly Reading[]> {
    return this.#backend.readMany(keys, tagHint)
  }

  acquire(key: string, request: AcquireRequest): MaybePromise<Acquired> {
    return this.#backend.acquire(key, request)
  }

  /** What it replaces had not become invalid: nobody has to wait until everybody knows. */
  async fill(lease: Lease, draft: Draft | undefined): Promise<Filled> {
    const filled = await this.#backend.fill(lease, draft)
    if (filled === 'stored' && draft !== undefined)
      this.#bus.publish(encodeAnnouncement({ keys: [lease.key] })).catch(() => undefined)
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
    return this.#announcing('set', { keys: [key] }, () => this.#backend.write(key, draft))
  }

  writeMany(drafts: ReadonlyMap<string, Draft>): Promise<void> {
    return this.#announcing('setMany', { keys: [...drafts.keys()] }, () => this.#backend.writeMany(drafts))
  }

  touch(key: string, freshUntil: number, keepUntil: number): Promise<boolean> {
    return this.#announcing('touch', { keys: [key] }, () => this.#backend.touch(key, freshUntil, keepUntil))
  }

  remove(keys: readonly string[]): Promise<number> {
    return this.#announcing('delete', { keys }, () => this.#backend.remove(keys))
  }

  expire(keys: readonly string[], at: number): Promise<number> {
    return this.#announcing('expire', { keys }, () => this.#backend.expire(keys, at))
  }

  removePattern(glob: string, options: PatternOptions): Promise<number> {
    return this.#announcing('deletePattern', { all: true }, () => this.#backend.removePattern(glob, options))
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#announcing('invalidateTags', { tags }, () => this.#backend.invalidateTags(tags))
  }

  expireTags(tags: readonly string[]): Promise<void> {
    return this.#announcing('expireTags', { tags }, () => this.#backend.expireTags(tags))
  }

  clear(prefix: string): Promise<void> {
    return this.#announcing('clear', { all: true }, () => this.#backend.clear(prefix))
  }

  async inspect(key: string): Promise<Inspection> {
    const backend = this.#backend
    return backend.inspect ? backend.inspect(key) : { reading: await backend.read(key, []), tags: [] }
  }

  health(): MaybePromise<BackendHealth> {
    return this.#backend.health()
  }

  async close(): Promise<void> {
    await this.#bus.close()
    await this.#backend.close()
  }

  /** A change that failed may have been made all the same, so it is announced too. */
  async #announcing<T>(op: string, announcement: Announcement, change: () => MaybePromise<T>): Promise<T> {
    let result: T
    try {
      result = await change()
    } catch (error) {
      this.#bus.publish(encodeAnnouncement(announcement)).catch(() => undefined)
      throw error
    }
    try {
      await this.#bus.publish(encodeAnnouncement(announcement))
    } catch (cause) {
      throw new CacheError(
        'E_INVALIDATION_PARTIAL',
        `${op} was done in the store but could not be announced: other processes may serve their copies until those expire. Call it again.`,
        { op, outcome: 'applied-partially', retryable: true, cause },
      )
    }
    return result
  }
}
