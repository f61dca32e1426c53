/** Whether a removal concerns a key. */
type Concerns = (key: string) => boolean

/** So many are remembered. Who computes for longer than it takes to remove as many is refused. */
const KEEP = 256

/** The removals of many keys at once, in their order: whoever computed meanwhile asks whether one concerned his key. */
export class Removals {
  readonly #latest: Concerns[] = []
  #count = 0

  /** How many there have been. */
  get count(): number {
    return this.#count
  }

  add(concerns: Concerns): void {
    this.#count++
    this.#latest.push(concerns)
    if (this.#latest.length > KEEP) this.#latest.shift()
  }

  /** Whether a key was removed, or may have been, since there were so many. */
  concern(key: string, since: number): boolean {
    const missed = this.#count - since
    if (missed > this.#latest.length) return true
    return missed > 0 && this.#latest.slice(-missed).some((concerns) => concerns(key))
  }
}
