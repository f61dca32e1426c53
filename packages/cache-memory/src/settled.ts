/** A power of two. */
const PLACES = 4096
/** Whoever finds another in his place takes it once in so many times: a power of two. */
const TURNS = 16

/**
 * Promises of values that are read often: the same value asked for again gets the same promise, which costs less than
 * to make another. A slot has one place, which it shares with others; what is in it is known by the entry's number. A
 * place is taken by sampling, so those who are asked for most have it, and nothing is moved for the others.
 */
export class Settled {
  #versions: Uint32Array | undefined
  #promises: (Promise<unknown> | undefined)[] = []
  #turn = 0

  of(slot: number, version: number, value: unknown): Promise<unknown> {
    const place = slot & (PLACES - 1)
    const versions = this.#versions
    if (versions !== undefined && versions[place] === version) return this.#promises[place]!
    const promise = Promise.resolve(value)
    if ((++this.#turn & (TURNS - 1)) === 0) this.#take(place, version, promise)
    return promise
  }

  /** The entry is gone, or has another value: it must not be kept alive from here. */
  drop(slot: number, version: number): void {
    const place = slot & (PLACES - 1)
    if (this.#versions === undefined || this.#versions[place] !== version) return
    this.#versions[place] = 0
    this.#promises[place] = undefined
  }

  clear(): void {
    this.#versions = undefined
    this.#promises = []
  }

  #take(place: number, version: number, promise: Promise<unknown>): void {
    if (this.#versions === undefined) {
      this.#versions = new Uint32Array(PLACES)
      this.#promises = new Array<Promise<unknown> | undefined>(PLACES).fill(undefined)
    }
    this.#versions[place] = version
    this.#promises[place] = promise
  }
}
