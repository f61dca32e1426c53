import { isPromise, type MaybePromise } from '../contracts/backend.js'
import type { CacheBackend, Clock, Lease, Reading } from '../contracts/index.js'

/** Longer than any read takes. */
const PLACE_MS = 60_000
const ABSENT: Reading = Object.freeze({ present: false, version: null })

/**
 * The copies of a near cache. An answer that is on its way may be older than a change we heard of meanwhile; so before
 * the question is asked its place is taken, with a lease of the near backend, and a change breaks the lease: the copy
 * is then refused. The same fences that keep old loads out of a store keep old answers out of the copies.
 */
export class NearCopies {
  readonly #near: CacheBackend
  readonly #clock: Clock
  readonly #ttlMs: number
  #on = false
  #reason = 'not connected yet'

  constructor(near: CacheBackend, clock: Clock, ttlMs: number) {
    this.#near = near
    this.#clock = clock
    this.#ttlMs = ttlMs
  }

  get on(): boolean {
    return this.#on
  }

  /** `on`, or why not. */
  get state(): string {
    return this.#on ? 'on' : this.#reason
  }

  open(): void {
    this.forgetAll('')
    this.#on = true
  }

  shut(reason: string): void {
    this.#on = false
    this.#reason = reason
    this.forgetAll('')
  }

  get(key: string, tagHint: readonly string[]): MaybePromise<Reading> {
    return this.#near.read(key, tagHint)
  }

  /** The value of a copy that is fresh. */
  hit(key: string): Promise<unknown> | undefined {
    return this.#on ? this.#near.hit?.(key) : undefined
  }

  async getMany(keys: readonly string[], tagHint: readonly string[]): Promise<readonly (Reading | undefined)[]> {
    return this.#on ? this.#near.readMany(keys, tagHint) : keys.map(() => undefined)
  }

  peek(key: string): Reading {
    return (this.#on && this.#near.peek?.(key)) || ABSENT
  }

  /** Asks for what has no copy, and makes one of the answer unless something changed since the question was asked. */
  async fetch(
    key: string,
    tagHint: readonly string[],
    missing: Reading,
    ask: () => MaybePromise<Reading>,
  ): Promise<Reading> {
    const place = await this.#take(key, tagHint, missing)
    let reading: Reading
    try {
      reading = await ask()
    } catch (error) {
      if (place !== undefined) await this.#near.release(place)
      throw error
    }
    if (place !== undefined) await this.#settle(place, reading)
    return reading
  }

  async fetchMany(
    keys: readonly string[],
    tagHint: readonly string[],
    ask: () => MaybePromise<readonly Reading[]>,
  ): Promise<readonly Reading[]> {
    if (!this.#on) return ask()
    const missing = await this.#near.readMany(keys, tagHint)
    const places = await Promise.all(keys.map((key, index) => this.#take(key, tagHint, missing[index] as Reading)))
    let readings: readonly Reading[] = []
    try {
      readings = await ask()
      return readings
    } finally {
      for (const [index, place] of places.entries())
        if (place !== undefined) await this.#settle(place, readings[index] ?? ABSENT)
    }
  }

  forget(keys: readonly string[]): void {
    this.#surely(this.#near.remove(keys))
  }

  forgetTags(tags: readonly string[]): void {
    this.#surely(this.#near.invalidateTags(tags))
  }

  forgetAll(prefix: string): void {
    this.#surely(this.#near.clear(prefix))
  }

  async forgetPattern(glob: string): Promise<void> {
    await this.#near.removePattern(glob, {})
  }

  async #take(key: string, tags: readonly string[], { version }: Reading): Promise<Lease | undefined> {
    const acquired = await this.#near.acquire(key, { version, tags, leaseMs: PLACE_MS, keepMs: this.#ttlMs })
    return acquired.status === 'own' ? acquired.lease : undefined
  }

  async #settle(place: Lease, reading: Reading): Promise<void> {
    const now = this.#clock.now()
    const until = reading.present ? Math.min(reading.freshUntil, now + this.#ttlMs) : 0
    if (!reading.present || until <= now || !this.#on) {
      await this.#near.release(place)
      return
    }
    const { value, tags, createdAt, loadMs } = reading
    await this.#near.fill(place, { value, tags, createdAt, freshUntil: reading.freshUntil, keepUntil: until, loadMs })
  }

  /** Process memory forgets at once. Whatever does so later and then fails cannot be trusted any more. */
  #surely(forgotten: MaybePromise<unknown>): void {
    if (!isPromise(forgotten)) return
    forgotten.catch((error: unknown) => {
      this.#on = false
      this.#reason = `the near backend failed: ${String(error)}`
    })
  }
}
