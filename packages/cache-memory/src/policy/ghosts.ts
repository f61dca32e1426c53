export const MAX_FREQUENCY = 15

/** Cells that a key may lie in. */
const WAYS = 4
/** Cells per entry of the cache: the table remembers about four times as many keys as the cache holds. */
const CELLS_PER_ENTRY = 4
const SMALLEST = 64

const lengthFor = (entries: number): number => {
  let length = SMALLEST
  while (length < entries * CELLS_PER_ENTRY) length *= 2
  return length
}

/**
 * How often keys were asked for that are not in the cache any more. A cell is 12 bits of a key's hash and 4 of frequency;
 * where the four cells of a key are full, the least frequent is given up. Two keys may be taken for one another: that
 * costs a worse choice, never a wrong answer.
 */
export class Ghosts {
  #cells = new Uint16Array(0)
  #sets = 0
  #hand = 0

  /** Room for what a cache of so many entries should remember. Never gets smaller. */
  fit(entries: number): void {
    const length = lengthFor(entries)
    const old = this.#cells
    if (length <= old.length) return
    this.#cells = new Uint16Array(length)
    this.#sets = length / WAYS - 1
    // The set of a key is its hash modulo their number: repeated, every key is found where it now belongs.
    for (let at = 0; old.length > 0 && at < length; at += old.length) this.#cells.set(old, at)
  }

  /** The frequency of a key that comes back, which is then forgotten. 0 when it is not known. */
  take(hash: number): number {
    const cells = this.#cells
    const print = (hash >>> 16) & 0xfff0
    const first = (hash & this.#sets) * WAYS
    for (let at = first; at < first + WAYS; at++) {
      const cell = cells[at]!
      if ((cell & 0xfff0) === print && (cell & 15) !== 0) {
        cells[at] = 0
        return cell & 15
      }
    }
    return 0
  }

  /** Remembers a key that leaves. */
  put(hash: number, frequency: number): void {
    if (frequency === 0) return
    const cells = this.#cells
    const print = (hash >>> 16) & 0xfff0
    const first = (hash & this.#sets) * WAYS
    const last = first + WAYS - 1
    let worst = first
    let least = MAX_FREQUENCY + 1
    for (let at = first; at <= last; at++) {
      const cell = cells[at]!
      const known = cell & 15
      if (known !== 0 && (cell & 0xfff0) === print) {
        worst = at
        break
      }
      if (known < least) {
        least = known
        worst = at
      }
    }
    // Among equals the oldest comes first and is given up first.
    for (let at = worst; at < last; at++) cells[at] = cells[at + 1]!
    cells[last] = print | frequency
  }

  /** Halves the frequencies of the next `count` cells `times` times. True when it came to the end. */
  age(count: number, times: number): boolean {
    const cells = this.#cells
    const end = Math.min(cells.length, this.#hand + count)
    for (let at = this.#hand; at < end; at++) cells[at] = (cells[at]! & 0xfff0) | ((cells[at]! & 15) >> times)
    const done = end === cells.length
    this.#hand = done ? 0 : end
    return done
  }
}
