import { isPromise, type MaybePromise, type PatternOptions } from '../contracts/backend.js'
import type {
  Acquired,
  AcquireRequest,
  BackendHealth,
  CacheBackend,
  ChangeListener,
  Clock,
  Draft,
  Filled,
  Inspection,
  Lease,
  Reading,
  Version,
} from '../contracts/index.js'
import { NearCopies } from './near-copies.js'

export interface NearFarParts {
  /** In process memory. Nobody else may use it. */
  readonly near: CacheBackend
  /** One that can be followed. */
  readonly far: CacheBackend
  /** A copy is kept no longer than this, and never longer than its value is fresh. Milliseconds. */
  readonly ttlMs: number
  readonly clock: Clock
  /** Hears when the near cache begins and ceases to serve; `reason` says why it ceased. */
  readonly onChange?: (on: boolean, reason: string) => void
}

/** Marks a version as the far backend's own: an acquire there has to be given it back. */
class FarVersion {
  constructor(readonly version: Version) {}
}

/**
 * Copies of fresh values in process memory before a backend that tells of its changes. Every promise is kept by the far
 * backend: it alone gives leases and judges fills. Reads of this process are exact after its own changes; after those of
 * others as soon as the far store has told. While it does not tell there are no copies.
 */
export class NearFar implements CacheBackend {
  readonly name: string
  readonly #far: CacheBackend
  readonly #copies: NearCopies
  readonly #stop: () => void

  constructor({ near, far, ttlMs, clock, onChange }: NearFarParts) {
    this.name = `${near.name} before ${far.name}`
    this.#far = far
    const copies = new NearCopies(near, clock, ttlMs)
    this.#copies = copies
    let told: boolean | undefined
    const listener: ChangeListener = {
      on: () => {
        copies.open()
        told = true
        onChange?.(true, '')
      },
      off: (reason) => {
        copies.shut(reason)
        if (told !== false) onChange?.(false, reason)
        told = false
      },
      keysChanged: (keys) => copies.forget(keys),
      tagsChanged: (tags) => copies.forgetTags(tags),
      allChanged: () => copies.forgetAll(''),
    }
    this.#stop = far.follow?.(listener) ?? (() => undefined)
  }

  read(key: string, tagHint: readonly string[]): MaybePromise<Reading> {
    if (!this.#copies.on) return this.#readFar(key, tagHint)
    const copy = this.#copies.get(key, tagHint)
    if (isPromise(copy)) return copy.then((found) => (found.present ? found : this.#fetch(key, tagHint, found)))
    return copy.present ? copy : this.#fetch(key, tagHint, copy)
  }

  async readMany(keys: readonly string[], tagHint: readonly string[]): Promise<readonly Reading[]> {
    const copies = await this.#copies.getMany(keys, tagHint)
    const missing = keys.filter((_, index) => copies[index]?.present !== true)
    if (missing.length === 0) return copies as readonly Reading[]
    const readings = await this.#copies.fetchMany(missing, tagHint, () => this.#far.readMany(missing, tagHint))
    const found = readings.map(ofFar)
    let next = 0
    return copies.map((copy) => (copy?.present ? copy : (found[next++] as Reading)))
  }

  hit(key: string): Promise<unknown> | undefined {
    return this.#copies.hit(key)
  }

  peek(key: string): Reading {
    return this.#copies.peek(key)
  }

  async acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    const { version } = request
    if (version instanceof FarVersion) return this.#far.acquire(key, { ...request, version: version.version })
    // A copy was read, which has not the far version: whoever refreshes it ahead of time asks for that first.
    if (version === undefined) return this.#far.acquire(key, request)
    const reading = await this.#far.read(key, request.tags)
    return this.#far.acquire(key, { ...request, version: reading.version })
  }

  async fill(lease: Lease, draft: Draft | undefined): Promise<Filled> {
    try {
      return await this.#far.fill(lease, draft)
    } finally {
      this.#copies.forget([lease.key])
    }
  }

  renew(lease: Lease, leaseMs: number): MaybePromise<boolean> {
    return this.#far.renew(lease, leaseMs)
  }

  release(lease: Lease): MaybePromise<void> {
    return this.#far.release(lease)
  }

  awaken(key: string, wake: () => void): () => void {
    return this.#far.awaken(key, wake)
  }

  write(key: string, draft: Draft): Promise<void> {
    return this.#changing([key], () => this.#far.write(key, draft))
  }

  writeMany(drafts: ReadonlyMap<string, Draft>): Promise<void> {
    return this.#changing([...drafts.keys()], () => this.#far.writeMany(drafts))
  }

  touch(key: string, freshUntil: number, keepUntil: number): Promise<boolean> {
    return this.#changing([key], () => this.#far.touch(key, freshUntil, keepUntil))
  }

  remove(keys: readonly string[]): Promise<number> {
    return this.#changing(keys, () => this.#far.remove(keys))
  }

  expire(keys: readonly string[], at: number): Promise<number> {
    return this.#changing(keys, () => this.#far.expire(keys, at))
  }

  async removePattern(glob: string, options: PatternOptions): Promise<number> {
    await this.#copies.forgetPattern(glob)
    try {
      return await this.#far.removePattern(glob, options)
    } finally {
      await this.#copies.forgetPattern(glob)
    }
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#changingTags(tags, () => this.#far.invalidateTags(tags))
  }

  expireTags(tags: readonly string[]): Promise<void> {
    return this.#changingTags(tags, () => this.#far.expireTags(tags))
  }

  async clear(prefix: string): Promise<void> {
    this.#copies.forgetAll(prefix)
    try {
      await this.#far.clear(prefix)
    } finally {
      this.#copies.forgetAll(prefix)
    }
  }

  async inspect(key: string): Promise<Inspection> {
    const far = this.#far
    return far.inspect ? far.inspect(key) : { reading: await far.read(key, []), tags: [] }
  }

  async health(): Promise<BackendHealth> {
    const { status, detail } = await this.#far.health()
    return { status, detail: { ...detail, near: this.#copies.state } }
  }

  /** Stops following. Near and far are closed by whoever opened them. */
  close(): void {
    this.#stop()
    this.#copies.shut('closed')
  }

  #readFar(key: string, tagHint: readonly string[]): MaybePromise<Reading> {
    const reading = this.#far.read(key, tagHint)
    return isPromise(reading) ? reading.then(ofFar) : ofFar(reading)
  }

  async #fetch(key: string, tagHint: readonly string[], missing: Reading): Promise<Reading> {
    return ofFar(await this.#copies.fetch(key, tagHint, missing, () => this.#far.read(key, tagHint)))
  }

  /** Before, so that nothing old is read here meanwhile; and after, because it may have been fetched again meanwhile. */
  async #changing<T>(keys: readonly string[], change: () => MaybePromise<T>): Promise<T> {
    this.#copies.forget(keys)
    try {
      return await change()
    } finally {
      this.#copies.forget(keys)
    }
  }

  async #changingTags(tags: readonly string[], change: () => MaybePromise<void>): Promise<void> {
    this.#copies.forgetTags(tags)
    try {
      await change()
    } finally {
      this.#copies.forgetTags(tags)
    }
  }
}

const ofFar = (reading: Reading): Reading => ({ ...reading, version: new FarVersion(reading.version) })
