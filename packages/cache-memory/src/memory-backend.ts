import {
  type Absent,
  type Acquired,
  type AcquireRequest,
  aborted,
  type BackendHealth,
  type CacheBackend,
  CacheError,
  type Clock,
  compileGlob,
  type Draft,
  type Filled,
  type Inspection,
  type Lease,
  Listeners,
  type PatternOptions,
  type Reading,
  systemClock,
} from '@holdfast/cache-core'
import { type Isolation, isolate, share } from './isolation.js'
import { Lru, type Stored } from './lru.js'
import { checkMemoryOptions, type MemoryOptions } from './options.js'
import { hasEnded, type TagFence, TagFences } from './tag-fences.js'

/** A lease of this backend: who holds it is decided by identity. */
interface Held extends Lease {
  readonly fences: readonly TagFence[]
  /** How many tag invalidations there had been at the acquire. */
  readonly invalidations: number
  lapsesAt: number
}

const ABSENT: Absent = Object.freeze({ present: false, version: undefined })

/**
 * Process memory. Everything is synchronous, so that every promise of the contract holds by the order of statements.
 *
 * Values are kept by reference by default: what you put in is what everybody gets, the same object. With `isolation`
 * `'freeze'` a deeply frozen copy is kept, with `'clone'` every reader gets a copy of his own.
 */
export class MemoryBackend implements CacheBackend {
  readonly name = 'memory'
  readonly #clock: Clock
  readonly #isolation: Isolation
  readonly #entries: Lru
  readonly #tags = new TagFences()
  readonly #leases = new Map<string, Held>()
  readonly #listeners = new Listeners()
  #closed = false

  constructor(options: MemoryOptions = {}) {
    const { maxEntries, maxWeight, weigh, isolation, clock } = checkMemoryOptions(options)
    this.#clock = clock ?? systemClock
    this.#isolation = isolation
    this.#entries = new Lru({ maxEntries, maxWeight, weigh, dropped: (stored) => this.#tags.release(stored.fences) })
  }

  /** How many entries are held, those included whose time has passed and that nobody has asked for since. */
  get size(): number {
    return this.#entries.size
  }

  read(key: string): Reading {
    const stored = this.#live(key, 'read')
    if (stored === undefined) return ABSENT
    this.#entries.use(key, stored)
    return this.#isolation === 'clone' ? { ...stored.entry, value: share(stored.entry.value) } : stored.entry
  }

  readMany(keys: readonly string[]): readonly Reading[] {
    return keys.map((key) => this.read(key))
  }

  peek(key: string): Reading {
    const stored = this.#live(key, 'peek')
    if (stored === undefined) return ABSENT
    return this.#isolation === 'clone' ? { ...stored.entry, value: share(stored.entry.value) } : stored.entry
  }

  acquire(key: string, request: AcquireRequest): Acquired {
    const stored = this.#live(key, 'acquire')
    if (stored?.entry.version !== request.version) return { status: 'changed' }
    const now = this.#clock.now()
    const held = this.#leases.get(key)
    if (held !== undefined) {
      if (held.lapsesAt > now) return { status: 'wait', leaseMs: held.lapsesAt - now }
      this.#break(key)
    }
    const lease: Held = {
      key,
      fences: this.#tags.capture(request.tags),
      invalidations: this.#tags.invalidations,
      lapsesAt: now + request.leaseMs,
    }
    this.#leases.set(key, lease)
    return { status: 'own', lease }
  }

  fill(lease: Lease, draft: Draft | undefined): Filled {
    this.#open('fill')
    const held = lease as Held
    if (!this.#holds(held)) return 'lost'
    const late = draft?.tags.some((tag) => !held.fences.some((fence) => fence.tag === tag)) ?? false
    const broken = held.fences.some(hasEnded) || (late && held.invalidations !== this.#tags.invalidations)
    try {
      if (broken) return 'stale'
      if (draft !== undefined) this.#store(held.key, draft)
      return 'stored'
    } finally {
      this.#break(held.key)
    }
  }

  renew(lease: Lease, leaseMs: number): boolean {
    this.#open('renew')
    const held = lease as Held
    if (!this.#holds(held)) return false
    held.lapsesAt = this.#clock.now() + leaseMs
    return true
  }

  release(lease: Lease): void {
    if (this.#leases.get(lease.key) === lease) this.#break(lease.key)
  }

  awaken(key: string, wake: () => void): () => void {
    return this.#listeners.add(key, wake)
  }

  write(key: string, draft: Draft): void {
    this.#open('write')
    this.#store(key, draft)
    this.#break(key)
  }

  writeMany(drafts: ReadonlyMap<string, Draft>): void {
    for (const [key, draft] of drafts) this.write(key, draft)
  }

  touch(key: string, freshUntil: number, keepUntil: number): boolean {
    const stored = this.#live(key, 'touch')
    if (stored === undefined) return false
    stored.entry = { ...stored.entry, freshUntil, keepUntil }
    return true
  }

  remove(keys: readonly string[]): number {
    let count = 0
    for (const key of keys) {
      if (this.#live(key, 'remove') !== undefined) count++
      this.#entries.delete(key)
      this.#break(key)
    }
    return count
  }

  removePattern(glob: string, { signal, onProgress }: PatternOptions): number {
    this.#open('removePattern')
    if (signal?.aborted) throw aborted(signal)
    const matches = compileGlob(glob)
    const keys = [...this.#entries.keys()].filter(matches)
    for (const key of [...this.#leases.keys()]) if (matches(key)) this.#break(key)
    const count = this.remove(keys)
    onProgress?.(count)
    return count
  }

  invalidateTags(tags: readonly string[]): void {
    this.#open('invalidateTags')
    this.#tags.invalidate(tags)
  }

  expire(keys: readonly string[], at: number): number {
    let count = 0
    for (const key of keys) {
      const stored = this.#live(key, 'expire')
      if (stored !== undefined) {
        count++
        if (!stayed(stored, at)) this.#entries.delete(key)
      }
      this.#break(key)
    }
    return count
  }

  expireTags(tags: readonly string[]): void {
    this.#open('expireTags')
    this.#tags.expire(tags, this.#clock.now())
  }

  clear(prefix: string): void {
    this.#open('clear')
    if (prefix !== '') {
      for (const key of [...this.#leases.keys()]) if (key.startsWith(prefix)) this.#break(key)
      for (const key of [...this.#entries.keys()]) if (key.startsWith(prefix)) this.#entries.delete(key)
      return
    }
    for (const key of [...this.#leases.keys()]) this.#break(key)
    this.#entries.clear()
    this.#tags.clear()
  }

  inspect(key: string): Inspection {
    this.#open('inspect')
    const held = this.#leases.get(key)
    const now = this.#clock.now()
    const lease = held !== undefined &&
      held.lapsesAt > now && { lease: { leaseMs: held.lapsesAt - now, holder: 'this process' } }
    const stored = this.#entries.get(key)
    if (stored === undefined || stored.entry.keepUntil <= now)
      return { reading: ABSENT, reason: 'missing', tags: [], ...lease }
    const state = (fence: TagFence) => (fence.broken ? 'invalidated' : hasEnded(fence) ? 'expired' : 'valid')
    const tags = stored.fences.map((fence) => ({ tag: fence.tag, state: state(fence) }) as const)
    const reading = this.peek(key)
    return { reading, ...(!reading.present && { reason: 'invalid' as const }), tags, ...lease }
  }

  health(): BackendHealth {
    if (this.#closed) return { status: 'down', detail: { reason: 'closed' } }
    return {
      status: 'up',
      detail: { entries: this.#entries.size, weight: this.#entries.weight, leases: this.#leases.size },
    }
  }

  close(): void {
    if (this.#closed) return
    this.clear('')
    this.#closed = true
  }

  #open(op: string): void {
    if (this.#closed) throw new CacheError('E_CLOSED', 'The memory backend is closed. Create another one.', { op })
  }

  /** What is stored, valid and not past its time. Drops what is not. */
  #live(key: string, op: string): Stored | undefined {
    if (this.#closed) this.#open(op)
    const stored = this.#entries.get(key)
    if (stored === undefined) return undefined
    for (const fence of stored.fences) {
      if (fence.broken || !stayed(stored, fence.expiredAt)) {
        this.#entries.delete(key)
        return undefined
      }
    }
    if (stored.entry.keepUntil <= this.#clock.now()) {
      this.#entries.delete(key)
      return undefined
    }
    return stored
  }

  #store(key: string, draft: Draft): void {
    const value = isolate(draft.value, this.#isolation)
    const { tags, createdAt, freshUntil, keepUntil, loadMs } = draft
    // The version is an object of its own: `touch` keeps it, every store makes a new one.
    const entry = { present: true, value, tags, createdAt, freshUntil, keepUntil, loadMs, version: {} } as const
    this.#entries.set(key, entry, (names) => this.#tags.capture(names), this.#clock.now())
  }

  #holds(held: Held): boolean {
    return this.#leases.get(held.key) === held && held.lapsesAt > this.#clock.now()
  }

  /** Ends whatever lease the key has. */
  #break(key: string): void {
    const held = this.#leases.get(key)
    if (held === undefined) return
    this.#leases.delete(key)
    this.#tags.release(held.fences)
    this.#listeners.wake(key)
  }
}

/** Makes an entry stale from a moment on. False when it has no grace to stay for. */
function stayed(stored: Stored, expiredAt: number): boolean {
  const { entry } = stored
  if (expiredAt >= entry.freshUntil) return true
  if (entry.freshUntil >= entry.keepUntil) return false
  stored.entry = { ...entry, freshUntil: expiredAt }
  return true
}
