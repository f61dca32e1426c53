import { type Acquired, type AcquireRequest, type Lease, Listeners } from '@holdfast/cache-core'
import type { TagFence, TagFences } from './tag-fences.js'

/** A lease of this backend: who holds it is decided by identity. */
export interface Held extends Lease {
  readonly fences: readonly TagFence[]
  /** How many tag invalidations there had been at the acquire. */
  readonly invalidations: number
  lapsesAt: number
}

/** Who computes which key, and who waits for him. Whoever ends a lease awakens those who wait, last of all. */
export class Leases {
  readonly listeners = new Listeners()
  readonly #tags: TagFences
  readonly #byKey = new Map<string, Held>()

  constructor(tags: TagFences) {
    this.#tags = tags
  }

  get size(): number {
    return this.#byKey.size
  }

  take(key: string, request: AcquireRequest, now: number): Acquired {
    const held = this.#byKey.get(key)
    if (held !== undefined && held.lapsesAt > now) return { status: 'wait', leaseMs: held.lapsesAt - now }
    const lease: Held = {
      key,
      fences: this.#tags.capture(request.tags),
      invalidations: this.#tags.invalidations,
      lapsesAt: now + request.leaseMs,
    }
    this.#byKey.set(key, lease)
    if (held !== undefined) {
      this.#tags.release(held.fences)
      this.listeners.wake(key)
    }
    return { status: 'own', lease }
  }

  holds(lease: Held, now: number): boolean {
    return this.#byKey.get(lease.key) === lease && lease.lapsesAt > now
  }

  /** The lease of a key that has not lapsed. */
  of(key: string, now: number): Held | undefined {
    const held = this.#byKey.get(key)
    return held !== undefined && held.lapsesAt > now ? held : undefined
  }

  release(lease: Lease): void {
    if (this.#byKey.get(lease.key) === lease) this.end(lease.key)
  }

  /** Ends whatever lease the key has. */
  end(key: string): void {
    if (this.#byKey.size > 0 && this.#forget(key)) this.listeners.wake(key)
  }

  /** Ends the leases of all keys that match. `before` is done when they have ended and nobody is awake yet. */
  endWhere(matches: (key: string) => boolean, before?: () => void): void {
    const ended = [...this.#byKey.keys()].filter(matches)
    for (const key of ended) this.#forget(key)
    before?.()
    for (const key of ended) this.listeners.wake(key)
  }

  #forget(key: string): boolean {
    const held = this.#byKey.get(key)
    if (held === undefined) return false
    this.#byKey.delete(key)
    this.#tags.release(held.fences)
    return true
  }
}
