import type { Draft, Entry } from '@holdfast/cache-core'
import { FIRST_SLOT, NONE } from './policy/lists.js'
import { Lru } from './policy/lru.js'
import type { Policy, PolicyName } from './policy/policy.js'
import { TinyLfu } from './policy/tiny-lfu.js'
import { Settled } from './settled.js'
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
const NO_TAGS: readonly string[] = Object.freeze([])

const LAST_VERSION = 2 ** 32 - 1

/** As long as can be needed, no longer: a list that grows by `push` has half as many places to spare. */
function longerList<T>(capacity: number, old: readonly (T | undefined)[]): (T | undefined)[] {
  const list = new Array<T | undefined>(capacity).fill(undefined)
  for (const [place, item] of old.entries()) list[place] = item
  return list
}

const forEver = (capacity: number): Float64Array => new Float64Array(capacity).fill(Number.POSITIVE_INFINITY)

/**
 * Entries in slots: one Map from key to slot, and one array per property of a slot. They grow by doubling. What not
 * every cache needs (lifetimes, tags, weights, signatures) is made when it is first needed.
 */
export class EntryStore {
  readonly #options: EntryStoreOptions
  readonly #maxEntries: number
  readonly #maxWeight: number
  #map = new Map<string, number>()
  policy: Policy
  #sweep: Sweep
  #capacity: number
  #freed: number[] = []
  #weights: Float64Array | undefined
  weight = 0
  /** Slots from here on were never used. */
  top = FIRST_SLOT
  keys: (string | undefined)[]
  values: unknown[]
  /** Every value has the next number. */
  versions: Uint32Array
  latestVersion = 0
  /** Called when all numbers have been used and those that are held were given new ones. */
  renumbered: () => void = () => undefined
  readonly settled = new Settled()
  #createdAt: Float64Array
  /** Whether any entry has, or had, more than a value. */
  #detailed = false
  #loadMs: Float32Array | undefined
  /** The `keepUntil` of each entry. */
  expiry: Float64Array | undefined
  /** The `freshUntil` of entries that have a grace; else `Infinity`. */
  staleAt: Float64Array | undefined
  fences: (Fences | undefined)[] | undefined
  #guarded = false
  /** Whether nothing but its `expiry` decides if an entry is served: none has a grace or tags, no removal is running. */
  plain = true
  /** The beginnings of the keys, where there are so many that a scan should not look at each. */
  signatures: Int32Array | undefined

  constructor(options: EntryStoreOptions) {
    this.#options = options
    this.#maxEntries = Math.min(options.maxEntries, MOST_ENTRIES)
    this.#maxWeight = options.maxWeight
    this.#capacity = this.#firstCapacity()
    this.keys = longerList(this.#capacity, [])
    this.values = longerList(this.#capacity, [])
    this.versions = new Uint32Array(this.#capacity)
    this.#createdAt = new Float64Array(this.#capacity)
    this.policy = this.#newPolicy()
    this.#sweep = new Sweep(this, options.tags)
  }

  get size(): number {
    return this.#map.size
  }

  /** Whether more than time can have made entries invalid: some have tags, or a removal is running. */
  get guarded(): boolean {
    return this.#guarded
  }

  set guarded(guarded: boolean) {
    this.#guarded = guarded
    this.#judgePlain()
  }

  find(key: string): number | undefined {
    return this.#map.get(key)
  }

  /** Everything about what is in a slot, with its value or a copy of it. Readers who need less ask the arrays. */
  entryAt(slot: number, value: unknown = this.values[slot]): Entry {
    const keepUntil = this.expiry?.[slot] ?? Number.POSITIVE_INFINITY
    return {
      present: true,
      value,
      tags: this.fences?.[slot]?.map(({ tag }) => tag) ?? NO_TAGS,
      createdAt: this.#createdAt[slot]!,
      freshUntil: Math.min(this.staleAt?.[slot] ?? Number.POSITIVE_INFINITY, keepUntil),
      keepUntil,
      loadMs: this.#loadMs?.[slot] ?? 0,
      version: this.versions[slot]!,
    }
  }

  /** Stores a value; the fences become the store's. What alone is too heavy is not kept. */
  put(key: string, draft: Draft, value: unknown, fences: Fences, weight: number, now: number): void {
    const known = this.#map.get(key)
    // Two ways, so that each is compiled for itself.
    if (known === undefined) this.#insert(key, draft, value, fences, weight, now)
    else this.#replace(known, key, draft, value, fences, weight, now)
  }

  /** Gives an entry other lifetimes. */
  live(slot: number, freshUntil: number, keepUntil: number): void {
    this.#detailed = true
    if (keepUntil !== Number.POSITIVE_INFINITY || this.expiry !== undefined) {
      this.expiry ??= forEver(this.#capacity)
      this.expiry[slot] = keepUntil
      this.#sweep.noteExpiry(keepUntil)
    }
    const graceful = freshUntil < keepUntil
    if (graceful || this.staleAt !== undefined) {
      if (this.staleAt === undefined) {
        this.staleAt = forEver(this.#capacity)
        this.#judgePlain()
      }
      this.staleAt[slot] = graceful ? freshUntil : Number.POSITIVE_INFINITY
    }
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
    this.keys = longerList(this.#capacity, [])
    this.values = longerList(this.#capacity, [])
    this.settled.clear()
    this.versions = new Uint32Array(this.#capacity)
    this.#createdAt = new Float64Array(this.#capacity)
    this.#detailed = false
    this.#loadMs = undefined
    this.expiry = undefined
    this.staleAt = undefined
    this.fences = undefined
    this.guarded = false
    this.signatures = undefined
  }

  #replace(slot: number, key: string, draft: Draft, value: unknown, fences: Fences, weight: number, now: number): void {
    const total = this.#weights === undefined ? weight : this.weight - this.#weightOf(slot) + weight
    if (total > this.#maxWeight) {
      this.remove(slot)
      this.#insert(key, draft, value, fences, weight, now)
      return
    }
    this.policy.replaced(slot)
    this.settled.drop(slot, this.versions[slot]!)
    this.#releaseFences(slot)
    this.weight = total
    this.#fill(slot, draft, value, fences, weight)
    this.#sweep.step(now)
  }

  #insert(key: string, draft: Draft, value: unknown, fences: Fences, weight: number, now: number): void {
    if (weight > this.#maxWeight) {
      this.#options.tags.release(fences)
      return
    }
    this.#sweep.step(now)
    const slot = this.#isTooFull(weight) ? this.#makeRoom(weight, now) : this.#emptySlot()
    this.#map.set(key, slot)
    this.keys[slot] = key
    this.weight += weight
    if (this.signatures !== undefined) this.signatures[slot] = signatureOf(key)
    this.#fill(slot, draft, value, fences, weight)
    this.policy.added(slot, key)
  }

  #isTooFull(weight: number): boolean {
    return this.#map.size >= this.#maxEntries || this.weight + weight > this.#maxWeight
  }

  /** Lets go of entries until there is room for another, and gives a slot for it. */
  #makeRoom(weight: number, now: number): number {
    let left = NONE
    do {
      if (left !== NONE) this.#empty(left)
      left = NONE
      if (this.#sweep.reclaim(now)) continue
      left = this.policy.evict(this.keys)
      this.#vacate(left)
    } while (this.#isTooFull(weight))
    return left === NONE ? this.#emptySlot() : left
  }

  #emptySlot(): number {
    return this.#freed.pop() ?? this.#newSlot()
  }

  #newSlot(): number {
    const slot = this.top++
    if (slot >= this.#capacity) this.#grow()
    this.fences?.push(undefined)
    return slot
  }

  #fill(slot: number, draft: Draft, value: unknown, fences: Fences, weight: number): void {
    this.values[slot] = value
    this.versions[slot] = this.#nextVersion()
    this.#createdAt[slot] = draft.createdAt
    const bare = draft.freshUntil === Number.POSITIVE_INFINITY && !(draft.loadMs > 0) && fences.length === 0
    if (this.#detailed || !bare || weight !== 0) this.#fillDetails(slot, draft, fences, weight)
  }

  #fillDetails(slot: number, draft: Draft, fences: Fences, weight: number): void {
    if (draft.loadMs > 0 || this.#loadMs !== undefined) {
      this.#loadMs ??= new Float32Array(this.#capacity)
      this.#loadMs[slot] = draft.loadMs
    }
    this.live(slot, draft.freshUntil, draft.keepUntil)
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

  #release(slot: number): void {
    this.#vacate(slot)
    this.#empty(slot)
  }

  /** Forgets an entry. What its slot holds is still to be emptied, or to be written over. */
  #vacate(slot: number): void {
    this.#map.delete(this.keys[slot]!)
    this.settled.drop(slot, this.versions[slot]!)
    this.#releaseFences(slot)
    this.weight = this.#map.size === 0 ? 0 : this.weight - this.#weightOf(slot)
  }

  #empty(slot: number): void {
    this.keys[slot] = undefined
    this.values[slot] = undefined
    if (this.expiry !== undefined) this.expiry[slot] = Number.POSITIVE_INFINITY
    this.#freed.push(slot)
  }

  #nextVersion(): number {
    if (this.latestVersion === LAST_VERSION) {
      this.latestVersion = 0
      this.settled.clear()
      for (let slot = FIRST_SLOT; slot < this.top; slot++) this.versions[slot] = ++this.latestVersion
      this.renumbered()
    }
    return ++this.latestVersion
  }

  #releaseFences(slot: number): void {
    const fences = this.fences?.[slot]
    if (fences === undefined) return
    this.#options.tags.release(fences)
    this.fences![slot] = undefined
  }

  #judgePlain(): void {
    this.plain = this.staleAt === undefined && !this.#guarded
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
    const longer = <T extends Float64Array | Float32Array | Int32Array | Uint32Array>(grown: T, old: T): T => {
      grown.set(old)
      return grown
    }
    this.#capacity = capacity
    this.policy.grow(capacity)
    this.versions = longer(new Uint32Array(capacity), this.versions)
    this.#createdAt = longer(new Float64Array(capacity), this.#createdAt)
    this.keys = longerList(capacity, this.keys)
    this.values = longerList(capacity, this.values)
    if (this.#loadMs !== undefined) this.#loadMs = longer(new Float32Array(capacity), this.#loadMs)
    if (this.expiry !== undefined) this.expiry = longer(forEver(capacity), this.expiry)
    if (this.staleAt !== undefined) this.staleAt = longer(forEver(capacity), this.staleAt)
    if (this.#weights !== undefined) this.#weights = longer(new Float64Array(capacity), this.#weights)
    if (this.signatures !== undefined) this.signatures = longer(new Int32Array(capacity), this.signatures)
    else if (capacity > SIGNED) {
      this.signatures = new Int32Array(capacity)
      for (const [slot, key] of this.keys.entries()) if (key !== undefined) this.signatures[slot] = signatureOf(key)
    }
  }
}
