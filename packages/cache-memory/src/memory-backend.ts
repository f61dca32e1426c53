import {
  type Absent,
  type Acquired,
  type AcquireRequest,
  aborted,
  type BackendHealth,
  type CacheBackend,
  CacheError,
  type Draft,
  type Filled,
  type Inspection,
  type Lease,
  type MaybePromise,
  type PatternOptions,
  type Reading,
} from '@holdfast/cache-core'
import { EntryStore } from './entry-store.js'
import { type Isolated, isolated } from './isolation.js'
import { globMatcher, type KeyMatcher, prefixMatcher } from './key-matcher.js'
import { type Held, Leases } from './leases.js'
import { checkMemoryOptions, type MemoryOptions } from './options.js'
import { hasEnded, type TagFence, TagFences } from './tag-fences.js'
import { ExactTime, RememberedTime, type Time } from './time.js'
import { Validity } from './validity.js'
import { type Weigh, weighed } from './weighed.js'

const ABSENT: Absent = Object.freeze({ present: false, version: undefined })

/**
 * Process memory. Everything is synchronous, so that every promise of the contract holds by the order of statements;
 * only the removal of a pattern or a prefix from a large store goes on in slices after it took effect.
 *
 * Values are kept by reference by default: what you put in is what everybody gets, the same object. With `isolation`
 * `'freeze'` a deeply frozen copy is kept, with `'clone'` every reader gets a copy of his own.
 */
export class MemoryBackend implements CacheBackend {
  readonly name = 'memory'
  readonly #time: Time
  readonly #isolated: Isolated | undefined
  readonly #weigh: Weigh | undefined
  readonly #tags = new TagFences()
  readonly #leases = new Leases(this.#tags)
  readonly #store: EntryStore
  readonly #validity: Validity
  #closed = false

  constructor(options: MemoryOptions = {}) {
    const { maxEntries, maxWeight, weigh, policy, isolation, clock, random } = checkMemoryOptions(options)
    this.#time = clock === undefined ? new RememberedTime() : new ExactTime(clock)
    this.#isolated = isolated(isolation)
    this.#weigh = weigh
    this.#store = new EntryStore({ maxEntries, maxWeight, policy, random, tags: this.#tags })
    this.#validity = new Validity(this.#store, this.#time)
  }

  /** How many entries are held, those included whose time has passed and that nobody has asked for since. */
  get size(): number {
    return this.#store.size
  }

  read(key: string): Reading {
    const store = this.#store
    const slot = store.find(key)
    // A closed store is empty: only who finds nothing has to ask.
    if (slot === undefined || !this.#validity.stands(slot)) return this.#miss()
    store.policy.hit(slot)
    return store.entryAt(slot, this.#given(slot))
  }

  /** The fresh value under a key, or `undefined`: a read without a promise, for who uses this store by itself. */
  get(key: string): unknown {
    const store = this.#store
    const slot = store.find(key)
    if (slot === undefined || !store.plain || this.#isolated !== undefined) return this.#getCarefully(slot)
    const { expiry } = store
    if (expiry !== undefined && !(expiry[slot]! > this.#time.now())) return this.#getCarefully(slot)
    store.policy.hit(slot)
    return store.values[slot]
  }

  hit(key: string): Promise<unknown> | undefined {
    const store = this.#store
    const slot = store.find(key)
    if (slot === undefined || !this.#validity.stands(slot) || !this.#validity.isFresh(slot)) return undefined
    store.policy.hit(slot)
    const value = store.values[slot]
    const given = this.#isolated === undefined ? value : this.#isolated.give(value)
    if (given !== value) return Promise.resolve(given)
    return store.settled.of(slot, store.versions[slot]!, value)
  }

  readMany(keys: readonly string[]): readonly Reading[] {
    this.#open('readMany')
    return keys.map((key) => this.read(key))
  }

  peek(key: string): Reading {
    const slot = this.#store.find(key)
    if (slot === undefined || !this.#validity.stands(slot)) {
      this.#open('peek')
      return ABSENT
    }
    return this.#store.entryAt(slot, this.#given(slot))
  }

  acquire(key: string, request: AcquireRequest): Acquired {
    const slot = this.#live(key, 'acquire')
    const version = slot === undefined ? undefined : this.#store.versions[slot]
    if (version !== request.version) return { status: 'changed' }
    return this.#leases.take(key, request, this.#time.exact())
  }

  fill(lease: Lease, draft: Draft | undefined): Filled {
    this.#open('fill')
    const held = lease as Held
    if (!this.#holds(held)) return 'lost'
    try {
      const value = draft === undefined ? undefined : this.#kept(draft.value)
      const weight = draft === undefined ? 0 : this.#weightOf(value, held.key)
      // Copying and weighing may have run code of the program, which may have done anything.
      if (!this.#holds(held)) return 'lost'
      const late = draft?.tags.some((tag) => !held.fences.some((fence) => fence.tag === tag)) ?? false
      if (held.fences.some(hasEnded) || (late && held.invalidations !== this.#tags.invalidations)) return 'stale'
      if (draft !== undefined) this.#put(held.key, draft, value, weight)
      return 'stored'
    } finally {
      this.#leases.release(held)
    }
  }

  renew(lease: Lease, leaseMs: number): boolean {
    this.#open('renew')
    const held = lease as Held
    if (!this.#holds(held)) return false
    held.lapsesAt = this.#time.exact() + leaseMs
    return true
  }

  release(lease: Lease): void {
    this.#leases.release(lease)
  }

  awaken(key: string, wake: () => void): () => void {
    return this.#leases.listeners.add(key, wake)
  }

  write(key: string, draft: Draft): void {
    this.#open('write')
    const value = this.#kept(draft.value)
    const weight = this.#weightOf(value, key)
    // Copying and weighing may have run code of the program.
    this.#open('write')
    this.#put(key, draft, value, weight)
    this.#leases.end(key)
  }

  writeMany(drafts: ReadonlyMap<string, Draft>): void {
    for (const [key, draft] of drafts) this.write(key, draft)
  }

  touch(key: string, freshUntil: number, keepUntil: number): boolean {
    const slot = this.#live(key, 'touch')
    if (slot === undefined) return false
    this.#store.live(slot, freshUntil, keepUntil)
    return true
  }

  remove(keys: readonly string[]): number {
    this.#open('remove')
    let count = 0
    for (const key of keys) {
      const slot = this.#live(key, 'remove')
      if (slot !== undefined) {
        count++
        this.#store.remove(slot)
      }
      this.#leases.end(key)
    }
    return count
  }

  removePattern(glob: string, options: PatternOptions): MaybePromise<number> {
    this.#open('removePattern')
    if (options.signal?.aborted) throw aborted(options.signal)
    return this.#removeAll(globMatcher(glob), options)
  }

  invalidateTags(tags: readonly string[]): void {
    this.#open('invalidateTags')
    this.#tags.invalidate(tags)
  }

  expire(keys: readonly string[], at: number): number {
    this.#open('expire')
    let count = 0
    for (const key of keys) {
      const slot = this.#live(key, 'expire')
      if (slot !== undefined) {
        count++
        if (!this.#validity.stayed(slot, at)) this.#store.remove(slot)
      }
      this.#leases.end(key)
    }
    return count
  }

  expireTags(tags: readonly string[]): void {
    this.#open('expireTags')
    this.#tags.expire(tags, this.#time.exact())
  }

  clear(prefix: string): MaybePromise<void> {
    this.#open('clear')
    if (prefix === '') {
      this.#clearAll()
      return undefined
    }
    const removed = this.#removeAll(prefixMatcher(prefix), {})
    return typeof removed === 'number' ? undefined : removed.then(() => undefined)
  }

  inspect(key: string): Inspection {
    this.#open('inspect')
    const now = this.#time.exact()
    const held = this.#leases.of(key, now)
    const lease = held && { lease: { leaseMs: held.lapsesAt - now, holder: 'this process' } }
    const slot = this.#store.find(key)
    if (
      slot === undefined ||
      (this.#store.expiry?.[slot] ?? Number.POSITIVE_INFINITY) <= now ||
      this.#validity.removals.of(slot) !== undefined
    )
      return { reading: ABSENT, reason: 'missing', tags: [], ...lease }
    const state = (fence: TagFence) => (fence.broken ? 'invalidated' : hasEnded(fence) ? 'expired' : 'valid')
    const tags = (this.#store.fences?.[slot] ?? []).map((fence) => ({ tag: fence.tag, state: state(fence) }) as const)
    const reading = this.peek(key)
    return { reading, ...(!reading.present && { reason: 'invalid' as const }), tags, ...lease }
  }

  health(): BackendHealth {
    if (this.#closed) return { status: 'down', detail: { reason: 'closed' } }
    return {
      status: 'up',
      detail: { entries: this.#store.size, weight: this.#store.weight, leases: this.#leases.size },
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#clearAll()
    this.#time.close()
  }

  #open(op: string): void {
    if (this.#closed) throw new CacheError('E_CLOSED', 'The memory backend is closed. Create another one.', { op })
  }

  #miss(): Absent {
    this.#open('read')
    this.#store.policy.miss()
    return ABSENT
  }

  #getCarefully(slot: number | undefined): unknown {
    if (slot === undefined || !this.#validity.stands(slot) || !this.#validity.isFresh(slot)) {
      this.#miss()
      return undefined
    }
    this.#store.policy.hit(slot)
    return this.#given(slot)
  }

  /** A slot's value as a reader gets it. */
  #given(slot: number): unknown {
    const value = this.#store.values[slot]
    return this.#isolated === undefined ? value : this.#isolated.give(value)
  }

  /** Where the key is stored, valid and not past its time, by the exact time. Drops what is not. */
  #live(key: string, op: string): number | undefined {
    this.#open(op)
    const slot = this.#store.find(key)
    if (slot === undefined) return undefined
    this.#time.exact()
    return this.#validity.stands(slot) ? slot : undefined
  }

  #kept(value: unknown): unknown {
    return this.#isolated === undefined ? value : this.#isolated.keep(value)
  }

  #weightOf(value: unknown, key: string): number {
    return this.#weigh === undefined ? 0 : weighed(this.#weigh, value, key)
  }

  #put(key: string, draft: Draft, value: unknown, weight: number): void {
    this.#store.put(key, draft, value, this.#tags.capture(draft.tags), weight, this.#time.now())
  }

  #holds(held: Held): boolean {
    return this.#leases.holds(held, this.#time.exact())
  }

  #removeAll(matcher: KeyMatcher, options: PatternOptions): MaybePromise<number> {
    return this.#validity.removals.run(matcher, () => this.#leases.endWhere(matcher.matches), options)
  }

  /** Awakens those who wait when everything is gone, the tags too: they may begin to use them again at once. */
  #clearAll(): void {
    this.#store.clear()
    this.#leases.endWhere(
      () => true,
      () => this.#tags.clear(),
    )
  }
}
