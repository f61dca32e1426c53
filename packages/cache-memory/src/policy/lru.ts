import { Lists, NONE } from './lists.js'
import type { Policy, PolicyOptions } from './policy.js'

const USED = 0

/** The least recently used leaves, exactly: a read or a store of a key makes it the most recently used. */
export class Lru implements Policy {
  readonly lists: Lists

  constructor({ capacity }: Pick<PolicyOptions, 'capacity'>) {
    this.lists = new Lists(capacity)
  }

  hit(slot: number): void {
    // Nothing to move for the one that is used all the time.
    if (this.lists.prev[USED] === slot) return
    this.lists.unlink(slot)
    this.lists.append(USED, slot)
  }

  miss(): void {}

  replaced(slot: number): void {
    this.hit(slot)
  }

  added(slot: number): void {
    this.lists.append(USED, slot)
  }

  removed(slot: number): void {
    this.lists.unlink(slot)
  }

  evict(): number {
    const slot = this.lists.oldest(USED)
    if (slot !== NONE) this.lists.unlink(slot)
    return slot
  }

  grow(capacity: number): void {
    this.lists.grow(capacity)
  }
}
