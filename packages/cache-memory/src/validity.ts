import type { EntryStore } from './entry-store.js'
import { Removals } from './removals.js'
import type { Time } from './time.js'

/** Which of the entries that are held are valid: by their time, their tags, and the removals that are running. */
export class Validity {
  readonly removals: Removals
  readonly #store: EntryStore
  readonly #time: Time

  constructor(store: EntryStore, time: Time) {
    this.#store = store
    this.#time = time
    this.removals = new Removals(store, (slot) => this.#keepUntil(slot) > time.now() && this.#isFenced(slot))
  }

  /** Whether a read may give what is in the slot. Drops it if not. */
  stands(slot: number): boolean {
    const { expiry } = this.#store
    if (expiry !== undefined) {
      const until = expiry[slot]!
      if (until !== Number.POSITIVE_INFINITY && until <= this.#time.now()) {
        this.#store.remove(slot)
        return false
      }
    }
    return !this.#store.guarded || this.#standsSoFar(slot)
  }

  /** The same, time aside: whether it is neither under a running removal nor invalid by a tag. */
  #standsSoFar(slot: number): boolean {
    const removal = this.removals.of(slot)
    const fenced = this.#isFenced(slot)
    if (removal === undefined && fenced) return true
    if (removal !== undefined && fenced) removal.count++
    this.#store.remove(slot)
    return false
  }

  /** Whether no tag of the entry was invalidated. Makes the entry stale if one of them was expired. */
  #isFenced(slot: number): boolean {
    const fences = this.#store.fences?.[slot]
    if (fences === undefined) return true
    for (const fence of fences) if (fence.broken || !this.stayed(slot, fence.expiredAt)) return false
    return true
  }

  /** Makes an entry stale from a moment on. False when it has no grace to stay for. */
  stayed(slot: number, expiredAt: number): boolean {
    const keepUntil = this.#keepUntil(slot)
    const freshUntil = Math.min(this.#staleAt(slot), keepUntil)
    if (expiredAt >= freshUntil) return true
    if (freshUntil >= keepUntil) return false
    this.#store.live(slot, expiredAt, keepUntil)
    return true
  }

  /** Whether a valid entry may be served as it is. */
  isFresh(slot: number): boolean {
    const { staleAt } = this.#store
    if (staleAt === undefined) return true
    const until = staleAt[slot]!
    return until === Number.POSITIVE_INFINITY || until > this.#time.now()
  }

  #keepUntil(slot: number): number {
    return this.#store.expiry?.[slot] ?? Number.POSITIVE_INFINITY
  }

  #staleAt(slot: number): number {
    return this.#store.staleAt?.[slot] ?? Number.POSITIVE_INFINITY
  }
}
