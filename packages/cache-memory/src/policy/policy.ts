/**
 * Who has to leave when there is no room. Speaks of slots: small whole numbers from `FIRST_SLOT` on, each of which
 * holds one entry at a time. No call takes more than a bounded number of steps, however many entries there are.
 */
export interface Policy {
  /** A read found the entry. The hot path. */
  hit(slot: number): void
  /** A read found nothing. */
  miss(): void
  /** Another value was stored under the same key. */
  replaced(slot: number): void
  /** An entry came in. */
  added(slot: number, key: string): void
  /** An entry left for another reason than `evict`. */
  removed(slot: number): void
  /** Chooses who leaves, of at least one, and forgets it. `keys` are those of the slots. */
  evict(keys: readonly (string | undefined)[]): number
  /** From now on slots below `capacity` may come. */
  grow(capacity: number): void
}

export type PolicyName = 'tinylfu' | 'lru'

export interface PolicyOptions {
  /** How many slots there are to begin with. */
  readonly capacity: number
  /** How many entries there will be at most. */
  readonly maxEntries: number
  /** A number in [0, 1). */
  readonly random: () => number
}
