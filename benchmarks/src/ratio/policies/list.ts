/** A queue of keys, each at most once, with bounded memory and constant time for everything. */
export class List {
  readonly #before: Int32Array
  readonly #after: Int32Array
  readonly #has: Uint8Array
  readonly #end: number
  size = 0

  constructor(keys: number) {
    this.#end = keys
    this.#before = new Int32Array(keys + 1).fill(keys)
    this.#after = new Int32Array(keys + 1).fill(keys)
    this.#has = new Uint8Array(keys)
  }

  has(key: number): boolean {
    return this.#has[key] === 1
  }

  /** The one that came last. -1 when there is none. */
  get newest(): number {
    return this.#known(this.#before[this.#end]!)
  }

  get oldest(): number {
    return this.#known(this.#after[this.#end]!)
  }

  /** The one that came next after it. -1 for the newest. */
  newer(key: number): number {
    return this.#known(this.#after[key]!)
  }

  add(key: number): void {
    const last = this.#before[this.#end]!
    this.#after[last] = key
    this.#before[key] = last
    this.#after[key] = this.#end
    this.#before[this.#end] = key
    this.#has[key] = 1
    this.size++
  }

  remove(key: number): void {
    this.#after[this.#before[key]!] = this.#after[key]!
    this.#before[this.#after[key]!] = this.#before[key]!
    this.#has[key] = 0
    this.size--
  }

  /** Makes it the newest. */
  renew(key: number): void {
    this.remove(key)
    this.add(key)
  }

  /** Takes the oldest out. */
  shift(): number {
    const key = this.oldest
    this.remove(key)
    return key
  }

  #known(key: number): number {
    return key === this.#end ? -1 : key
  }
}
