import type { Entry } from '@holdfast/cache-core'
import { FIRST_SLOT } from './policy/lists.js'
import { Lru } from './policy/lru.js'
import type { Policy, PolicyName } from './policy/policy.js'
import { TinyLfu } from './policy/tiny-lfu.js'
import { signatureOf } from './signature.js'
import { Sweep } from './sweep.js'
import type { TagFence, TagFences } from './tag-fences.js'

export interface EntryStoreOptions {
  readonly maxEntries: number
  readonly maxWeight: number
  readonly policy: PolicyName
  readonly random: () => number
  readonly tags: TagFences
}

/** A Map of Node that holds more fails when keys come and go, because it grows by doubling to at most 2 ** 24 places. */
const MOST_ENTRIES = 2 ** 23
const FIRST_CAPACITY = 64
/** Stores of more slots keep signatures of their keys. */
const SIGNED = 4096 + FIRST_SLOT

type Fences = readonly TagFence[]

/**
 * Entries in slots: one Map from key to slot, and one array per property of a slot. They grow by doubling. What not
 * every cache needs (lifetimes, tags, weights, signatures) is made when it is first needed.
 */
export class EntryStore {
  readonly #options: EntryStoreOptions
  readonly #maxEntries: number
  #map = new Map<string, number>()
  policy: Policy
  #sweep: Sweep
  #capacity: number
  #freed: number[] = []
  #weights: Float64Array | undefined
  weight = 0
  /** Slots from here on were never used. */
  top = FIRST_SLOT
  keys: (string | undefined)[] = [undefined, undefined, undefined]
  entries: (Entry | undefined)[] = [undefined, undefined, undefined]
  /** The `keepUntil` of each entry. */
  expiry: Float64Array | undefined
  fences: (Fences | undefined)[] | undefined
  /** Whether more than time can have made entries invalid: some have tags, or a removal is running. */
  guarded = false
  /** The beginnings of the keys, where there are so many that a scan should not look at each. */
  signatures: Int32Array | undefined

  constructor(options: EntryStoreOptions) {
    this.#options = options
    this.#maxEntries = Math.min(options.maxEntries, MOST_ENTRIES)
    this.#capacity = this.#firstCapacity()
    this.policy = this.#newPolicy()
    this.#sweep = new Sweep(this, options.tags)
  }

  get size(): number {
    return this.#map.size
  }

  find(key: string): number | undefined {
    return this.#map.get(key)
  }

  /** Stores an entry; the fences become the store's. What alone is too heavy is not kept. */
  put(key: string, entry: Entry, fences: Fences, weight: number, now: number): void {
    const { maxWeight, tags } = this.#options
    const known = this.#map.get(key)
    if (known !== undefined) {
      const total = this.weight - this.#weightOf(known) + weight
      if (total <= maxWeight) {
        this.policy.replaced(known)
        this.#releaseFences(known)
        this.weight = total
        this.#fill(known, entry, fences, weight)
        this.#sweep.step(now)
        return
      }
      this.remove(known)
    }
    if (weight > maxWeight) {
      tags.release(fences)
      return
    }
    this.#sweep.step(now)
    if (this.#map.size >= this.#maxEntries || this.weight + weight > maxWeight) this.#makeRoom(weight, now)
    const slot = this.#freed.pop() ?? this.#newSlot()
    this.#map.set(key, slot)
    this.keys[slot] = key
    this.weight += weight
    if (this.signatures !== undefined) this.signatures[slot] = signatureOf(key)
    this.#fill(slot, entry, fences, weight)
    this.policy.added(slot)
  }

  /** Another entry under the same key, with the same tags and weight: lifetimes that changed. */
  amend(slot: number, entry: Entry): void {
    this.entries[slot] = entry
    this.#keepUntil(slot, entry.keepUntil)
  }

  remove(slot: number): void {
    this.policy.removed(slot)
    this.#release(slot)
  }

  /** Takes the time of making a few empty objects. Whoever clears releases the fences. */
  clear(): void {
    this.#map = new Map()
    this.#capacity = this.#firstCapacity()
    this.policy = this.#newPolicy()
    this.#sweep = new Sweep(this, this.#options.tags)
    this.#freed = []
    this.#weights = undefined
    this.weight = 0
    this.top = FIRST_SLOT
    this.keys = [undefined, undefined, undefined]
    this.entries = [undefined, undefined, undefined]
    this.expiry = undefined
    this.fences = undefined
    this.guarded = false
    this.signatures = undefined
  }

  #makeRoom(weight: number, now: number): void {
    const { maxWeight } = this.#options
    while (this.#map.size >= this.#maxEntries || this.weight + weight > maxWeight) {
      if (this.#sweep.reclaim(now)) continue
      this.#release(this.policy.evict(this.keys))
    }
  }

  #newSlot(): number {
    const slot = this.top++
    if (slot >= this.#capacity) this.#grow()
    this.keys.push(undefined)
    this.entries.push(undefined)
    this.fences?.push(undefined)
    return slot
  }

  #fill(slot: number, entry: Entry, fences: Fences, weight: number): void {
    this.entries[slot] = entry
    this.#keepUntil(slot, entry.keepUntil)
    if (weight !== 0 || this.#weights !== undefined) {
      this.#weights ??= new Float64Array(this.#capacity)
      this.#weights[slot] = weight
    }
    if (fences.length > 0) {
      this.fences ??= new Array<Fences | undefined>(this.top).fill(undefined)
      this.guarded = true
      this.fences[slot] = fences
    }
  }

  #keepUntil(slot: number, until: number): void {
    if (until === Number.POSITIVE_INFINITY && this.expiry === undefined) return
    this.expiry ??= new Float64Array(this.#capacity).fill(Number.POSITIVE_INFINITY)
    this.expiry[slot] = until
    this.#sweep.noteExpiry(until)
  }

  #release(slot: number): void {
    this.#map.delete(this.keys[slot]!)
    this.keys[slot] = undefined
    this.entries[slot] = undefined
    if (this.expiry !== undefined) this.expiry[slot] = Number.POSITIVE_INFINITY
    this.#releaseFences(slot)
    this.weight = this.#map.size === 0 ? 0 : this.weight - this.#weightOf(slot)
    this.#freed.push(slot)
  }

  #releaseFences(slot: number): void {
    const fences = this.fences?.[slot]
    if (fences === undefined) return
    this.#options.tags.release(fences)
    this.fences![slot] = undefined
  }

  #weightOf(slot: number): number {
    return this.#weights?.[slot] ?? 0
  }

  #firstCapacity(): number {
    return FIRST_SLOT + Math.min(this.#maxEntries, FIRST_CAPACITY)
  }

  #newPolicy(): Policy {
    const options = { capacity: this.#capacity, maxEntries: this.#maxEntries, random: this.#options.random }
    return this.#options.policy === 'lru' ? new Lru(options) : new TinyLfu(options)
  }

  #grow(): void {
    const capacity = Math.min(FIRST_SLOT + this.#maxEntries, 2 * this.#capacity)
    const longer = <T extends Float64Array | Int32Array>(grown: T, old: T): T => {
      grown.set(old)
      return grown
    }
    this.#capacity = capacity
    this.policy.grow(capacity)
    if (this.expiry !== undefined)
      this.expiry = longer(new Float64Array(capacity).fill(Number.POSITIVE_INFINITY), this.expiry)
    if (this.#weights !== undefined) this.#weights = longer(new Float64Array(capacity), this.#weights)
    if (this.signatures !== undefined) this.signatures = longer(new Int32Array(capacity), this.signatures)
    else if (capacity > SIGNED) {
      this.signatures = new Int32Array(capacity)
      for (const [slot, key] of this.keys.entries()) if (key !== undefined) this.signatures[slot] = signatureOf(key)
    }
  }
}
