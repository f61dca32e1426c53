/** Lower numbers are heads of lists, so that no list is ever empty of links. */
export const FIRST_SLOT = 3

/** No slot. */
export const NONE = 0

/** A longer array with the same beginning. */
export const longer = (array: Int32Array, length: number): Int32Array => {
  const grown = new Int32Array(length)
  grown.set(array)
  return grown
}

/** Rings of slots. Each of the numbers below `FIRST_SLOT` is the head of one; its next is the oldest. */
export class Lists {
  next: Int32Array
  prev: Int32Array

  constructor(capacity: number) {
    this.next = new Int32Array(capacity)
    this.prev = new Int32Array(capacity)
    for (let head = 0; head < FIRST_SLOT; head++) this.next[head] = this.prev[head] = head
  }

  /** The one that was appended first, or `NONE`. */
  oldest(head: number): number {
    const slot = this.next[head]!
    return slot < FIRST_SLOT ? NONE : slot
  }

  append(head: number, slot: number): void {
    const { next, prev } = this
    const last = prev[head]!
    next[last] = slot
    prev[slot] = last
    next[slot] = head
    prev[head] = slot
  }

  unlink(slot: number): void {
    const { next, prev } = this
    const before = prev[slot]!
    const after = next[slot]!
    next[before] = after
    prev[after] = before
  }

  grow(capacity: number): void {
    this.next = longer(this.next, capacity)
    this.prev = longer(this.prev, capacity)
  }
}
