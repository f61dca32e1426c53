import { Ageing } from './ageing.js'
import { Climber } from './climber.js'
import { Ghosts, MAX_FREQUENCY } from './ghosts.js'
import { hashOf } from './hash.js'
import { Lists, longer, NONE } from './lists.js'
import { AFTER_HIT, FREQUENCY, LIST_SHIFT, READ } from './meta.js'
import type { Policy, PolicyOptions } from './policy.js'

/** New ones. Who leaves here has to be better than the oldest of the probation. */
const WINDOW = 0
/** Who was let in and not asked for since. Victims come from here. */
const PROBATION = 1
/** Who was asked for while in probation. */
const PROTECTED = 2

const PROTECTED_SHARE = 0.8
/** What an operation may spend on moving entries between lists: for a candidate, for a victim, for the sizes of lists. */
const CANDIDATE_STEPS = 18
const VICTIM_STEPS = 22
const SETTLE_STEPS = 20
/** From this frequency on a loser is let in once in a while: nobody can lock the others out. */
const STRONG = 6
const CHANCE = 1 / 128

/**
 * W-TinyLFU with lazy promotion. A hit writes one byte; what the other implementations of it do at every read (moving
 * list nodes, counting in a sketch) is done when something has to leave, and only for those that are then looked at.
 * Who leaves the window stays only if it is asked for clearly more often than the one it would drive out.
 */
export class TinyLfu implements Policy {
  readonly lists: Lists
  /** How many entries each list has. */
  readonly counts: [window: number, probation: number, protectedOnes: number] = [0, 0, 0]
  readonly #climber: Climber
  readonly #ghosts = new Ghosts()
  readonly #ageing: Ageing
  readonly #random: () => number
  readonly #seed: number
  #meta: Uint8Array
  /** Made when the first entry has to leave; 0 for those who came before and were not looked at yet. */
  #hashes: Int32Array | undefined
  /** How many entries there are when there is no room. */
  #capacity: number
  /** Not accounted for yet: reads that found something, reads that did not, stores of keys that were here. */
  #hits = 0
  #misses = 0
  #stores = 0
  /** So many of them change nothing: the rest of a sample, or of a period of ageing. */
  #quiet = 0
  /** Whether something had to leave since the last entry came in. */
  #full = false
  #windowMax: number
  #protectedMax: number
  /** How many entries the window still takes from probation because it was made larger. */
  #debt = 0

  constructor({ capacity, maxEntries, random }: PolicyOptions) {
    this.lists = new Lists(capacity)
    this.#meta = new Uint8Array(capacity)
    this.#capacity = maxEntries
    this.#random = random
    this.#seed = Math.floor(random() * 2 ** 32) | 0
    this.#climber = new Climber(maxEntries)
    this.#ageing = new Ageing(maxEntries)
    this.#windowMax = this.#climber.window
    this.#protectedMax = this.#protectedSize()
  }

  hit(slot: number): void {
    const meta = this.#meta
    meta[slot] = AFTER_HIT[meta[slot]!]!
    this.#hits++
  }

  miss(): void {
    this.#misses++
  }

  replaced(slot: number): void {
    this.#meta[slot] = AFTER_HIT[this.#meta[slot]!]!
    this.#stores++
  }

  added(slot: number, key: string): void {
    if (this.#hashes === undefined) this.#meta[slot] = 1
    else {
      // Now its characters are at hand: later they would have to be fetched from memory.
      const hash = hashOf(key, this.#seed)
      this.#hashes[slot] = hash
      this.#meta[slot] = Math.min(MAX_FREQUENCY, 1 + this.#ghosts.take(hash))
    }
    this.counts[WINDOW]++
    this.lists.append(WINDOW, slot)
    if (this.#hits + this.#misses + this.#stores >= this.#quiet) this.#account()
    this.#full = false
    const { counts } = this
    if (counts[WINDOW] > this.#windowMax || counts[PROTECTED] > this.#protectedMax || this.#debt > 0) this.#settle()
  }

  removed(slot: number): void {
    this.#unlink(slot)
  }

  evict(keys: readonly (string | undefined)[]): number {
    const { counts } = this
    this.#full = true
    this.#fit(counts[WINDOW] + counts[PROBATION] + counts[PROTECTED])
    const candidate = this.#candidate()
    const victim = this.#victim()
    const loser = victim === NONE || candidate === NONE ? candidate || victim : this.#loser(candidate, victim)
    const left = loser === NONE ? this.lists.oldest(WINDOW) : loser
    if (candidate !== NONE && left !== candidate) this.#move(candidate, PROBATION)
    const hash = this.#hash(left, keys)
    this.#ghosts.put(hash, this.#meta[left]! & FREQUENCY)
    this.#unlink(left)
    return left
  }

  grow(capacity: number): void {
    this.lists.grow(capacity)
    const meta = new Uint8Array(capacity)
    meta.set(this.#meta)
    this.#meta = meta
    if (this.#hashes !== undefined) this.#hashes = longer(this.#hashes, capacity)
  }

  /** Popularity is measured in reads: what is stored without being asked for lets no time pass. */
  #account(): void {
    const hits = this.#hits
    const misses = this.#misses
    const uses = hits + misses + this.#stores
    this.#hits = 0
    this.#misses = 0
    this.#stores = 0
    if (this.#climber.after(hits, misses, this.#full)) this.#resize()
    this.#ageing.after(uses, this.#meta, this.#ghosts)
    this.#quiet = Math.min(this.#climber.left, this.#ageing.left)
  }

  /** The oldest of a full window that was not read since it was last looked at. */
  #candidate(): number {
    if (this.counts[WINDOW] < this.#windowMax) return NONE
    for (let steps = CANDIDATE_STEPS; ; steps--) {
      const slot = this.lists.oldest(WINDOW)
      if (slot === NONE) return NONE
      if (steps <= 0 || !this.#wasRead(slot)) return slot
      this.#again(slot, WINDOW)
    }
  }

  /** The oldest in probation that was not read; those that were become protected. */
  #victim(): number {
    let steps = VICTIM_STEPS
    for (; ; steps--) {
      const slot = this.lists.oldest(PROBATION)
      if (slot === NONE) break
      if (steps <= 0 || !this.#wasRead(slot)) return slot
      this.#move(slot, PROTECTED)
      if (this.counts[PROTECTED] > this.#protectedMax) {
        steps--
        this.#demote()
      }
    }
    for (; ; steps--) {
      const slot = this.lists.oldest(PROTECTED)
      if (slot === NONE || steps <= 0 || !this.#wasRead(slot)) return slot
      this.#again(slot, PROTECTED)
    }
  }

  /**
   * The candidate has been counted for the present round of requests and the victim maybe not yet: it must be ahead by
   * more than one.
   */
  #loser(candidate: number, victim: number): number {
    const challenger = this.#meta[candidate]! & FREQUENCY
    if (challenger > (this.#meta[victim]! & FREQUENCY) + 1) return victim
    return challenger >= STRONG && this.#random() < CHANCE ? victim : candidate
  }

  /** The hash of a slot's key. Nobody left before those who have none yet came: no ghost knows them. */
  #hash(slot: number, keys: readonly (string | undefined)[]): number {
    this.#hashes ??= new Int32Array(this.#meta.length)
    const known = this.#hashes[slot]!
    if (known !== 0) return known
    const hash = hashOf(keys[slot] ?? '', this.#seed)
    this.#hashes[slot] = hash
    return hash
  }

  /** Brings the lists a few steps nearer to the sizes they should have. */
  #settle(): void {
    const { counts, lists } = this
    let steps = SETTLE_STEPS
    while (counts[WINDOW] > this.#windowMax && steps-- > 0) {
      const slot = lists.oldest(WINDOW)
      if (this.#wasRead(slot) && steps > 0) this.#again(slot, WINDOW)
      else this.#move(slot, PROBATION)
    }
    while (counts[PROTECTED] > this.#protectedMax && steps-- > 0) this.#demote()
    while (this.#debt > 0 && counts[WINDOW] < this.#windowMax && steps-- > 0) {
      const slot = lists.oldest(PROBATION) || lists.oldest(PROTECTED)
      if (slot === NONE) break
      this.#debt--
      const read = this.#meta[slot]! & READ
      this.#move(slot, WINDOW)
      this.#meta[slot]! |= read
    }
  }

  /** One step towards fewer protected entries: the oldest goes back to probation, or to the end if it was read. */
  #demote(): void {
    const slot = this.lists.oldest(PROTECTED)
    if (this.#wasRead(slot)) this.#again(slot, PROTECTED)
    else this.#move(slot, PROBATION)
  }

  #fit(size: number): void {
    if (this.#hashes !== undefined && size * 4 >= this.#capacity * 3 && size * 3 <= this.#capacity * 4) return
    this.#ghosts.fit(size)
    if (size === this.#capacity) return
    this.#capacity = size
    this.#climber.fit(size)
    this.#ageing.fit(size)
    this.#quiet = 0
    this.#resize()
  }

  #resize(): void {
    const window = this.#climber.window
    this.#debt = Math.max(0, window - this.#windowMax)
    this.#windowMax = window
    this.#protectedMax = this.#protectedSize()
  }

  #protectedSize(): number {
    return Math.floor((this.#capacity - this.#windowMax) * PROTECTED_SHARE)
  }

  #wasRead(slot: number): boolean {
    return (this.#meta[slot]! & READ) !== 0
  }

  /** Gives a slot another round in its list. */
  #again(slot: number, list: number): void {
    this.#meta[slot]! &= ~READ
    this.lists.unlink(slot)
    this.lists.append(list, slot)
  }

  #move(slot: number, list: number): void {
    this.#unlink(slot)
    this.#meta[slot] = (this.#meta[slot]! & FREQUENCY) | (list << LIST_SHIFT)
    this.counts[list]!++
    this.lists.append(list, slot)
  }

  #unlink(slot: number): void {
    this.counts[this.#meta[slot]! >> LIST_SHIFT]!--
    this.lists.unlink(slot)
  }
}
