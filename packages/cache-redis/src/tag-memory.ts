const NONE: readonly string[] = Object.freeze([])
const MAX_KEYS = 10_000

/** The tags last seen on a key: a guess that saves a round trip and is never trusted. Forgets the longest unchanged. */
export class TagMemory {
  readonly #tags = new Map<string, readonly string[]>()

  get(key: string): readonly string[] {
    return this.#tags.get(key) ?? NONE
  }

  set(key: string, tags: readonly string[]): void {
    const known = this.get(key)
    if (known.length === tags.length && known.every((tag, place) => tag === tags[place])) return
    this.#tags.delete(key)
    if (tags.length === 0) return
    this.#tags.set(key, tags)
    if (this.#tags.size > MAX_KEYS) this.#tags.delete(this.#tags.keys().next().value as string)
  }
}
