/** One period of a tag's life, from its first use to its invalidation. Entries and leases point at it. */
export interface TagFence {
  readonly tag: string
  broken: boolean
  /** How many entries and leases point here. At none the tag is forgotten. */
  users: number
}

const NONE: readonly TagFence[] = Object.freeze([])

/**
 * Invalidating a tag breaks its fence, once, however many entries carry it; they notice when they are next looked at.
 * The next use of the tag gets a new fence.
 */
export class TagFences {
  readonly #current = new Map<string, TagFence>()
  /** How many times any tag was invalidated. */
  invalidations = 0

  capture(tags: readonly string[]): readonly TagFence[] {
    if (tags.length === 0) return NONE
    return tags.map((tag) => {
      let fence = this.#current.get(tag)
      if (fence === undefined) {
        fence = { tag, broken: false, users: 0 }
        this.#current.set(tag, fence)
      }
      fence.users++
      return fence
    })
  }

  release(fences: readonly TagFence[]): void {
    for (const fence of fences) {
      if (--fence.users === 0 && this.#current.get(fence.tag) === fence) this.#current.delete(fence.tag)
    }
  }

  invalidate(tags: readonly string[]): void {
    this.invalidations++
    for (const tag of tags) {
      const fence = this.#current.get(tag)
      if (fence === undefined) continue
      fence.broken = true
      this.#current.delete(tag)
    }
  }

  clear(): void {
    this.invalidations++
    this.#current.clear()
  }
}
