/** A power of two. */
const PLACES = 4096

/**
 * Promises of values that were read lately: the same value asked for again gets the same promise, which costs less than
 * to make another. A slot has one place, which it shares with others; what is in it is known by the entry's number.
 */
export class Settled {
  readonly #versions: number[] = []
  readonly #promises: (Promise<unknown> | undefined)[] = []

  of(slot: number, version: number, value: unknown): Promise<unknown> {
    const place = slot & (PLACES - 1)
    if (this.#versions[place] === version) return this.#promises[place]!
    // Places are made in their order, so that the lists have no holes.
    while (this.#versions.length <= place) {
      this.#versions.push(0)
      this.#promises.push(undefined)
    }
    const promise = Promise.resolve(value)
    this.#versions[place] = version
    this.#promises[place] = promise
    return promise
  }

  clear(): void {
    this.#versions.length = 0
    this.#promises.length = 0
  }

  /** The entry is gone, or has another value: it must not be kept alive from here. */
  drop(slot: number, version: number): void {
    const place = slot & (PLACES - 1)
    if (this.#versions[place] !== version) return
    this.#versions[place] = 0
    this.#promises[place] = undefined
  }
}
