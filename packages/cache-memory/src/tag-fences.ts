/** One period of a tag's life, from its first use to its expiry or invalidation. Entries and leases point at it. */
export interface TagFence {
  readonly tag: string
  broken: boolean
  /** Epoch milliseconds from which on what points here is stale. `Infinity` while the period lasts. */
  expiredAt: number
  /** How many entries and leases point here. At none the tag is forgotten. */
  users: number
}

const NONE: readonly TagFence[] = Object.freeze([])

/**
 * Invalidating a tag breaks its fences, however many entries carry them; the entries notice when they are next looked
 * at. Expiring ends the current period: what points at it turns stale, and can still be broken later.
 */
export class TagFences {
  /** The periods of each tag that are in use, the current one last if it has not ended. */
  #periods = new Map<string, TagFence[]>()
  /** How many times any tag was invalidated or expired. */
  invalidations = 0
  /** How many entries and leases point at broken fences. */
  broken = 0

  capture(tags: readonly string[]): readonly TagFence[] {
    if (tags.length === 0) return NONE
    return tags.map((tag) => {
      let periods = this.#periods.get(tag)
      if (periods === undefined) {
        periods = []
        this.#periods.set(tag, periods)
      }
      let fence = periods.at(-1)
      if (fence === undefined || hasEnded(fence)) {
        fence = { tag, broken: false, expiredAt: Number.POSITIVE_INFINITY, users: 0 }
        periods.push(fence)
      }
      fence.users++
      return fence
    })
  }

  release(fences: readonly TagFence[]): void {
    for (const fence of fences) {
      if (fence.broken) this.broken--
      if (--fence.users > 0) continue
      const left = this.#periods.get(fence.tag)?.filter((one) => one !== fence)
      if (left === undefined) continue
      if (left.length === 0) this.#periods.delete(fence.tag)
      else this.#periods.set(fence.tag, left)
    }
  }

  invalidate(tags: readonly string[]): void {
    this.invalidations++
    for (const tag of tags) {
      for (const fence of this.#periods.get(tag) ?? []) {
        fence.broken = true
        this.broken += fence.users
      }
      this.#periods.delete(tag)
    }
  }

  expire(tags: readonly string[], at: number): void {
    this.invalidations++
    for (const tag of tags) {
      for (const fence of this.#periods.get(tag) ?? []) fence.expiredAt = Math.min(fence.expiredAt, at)
    }
  }

  /** Forgets every tag. Nobody may point at a fence any more. */
  clear(): void {
    this.invalidations++
    this.broken = 0
    this.#periods = new Map()
  }
}

/** Nothing new may be stored under it. */
export const hasEnded = (fence: TagFence): boolean => fence.broken || fence.expiredAt !== Number.POSITIVE_INFINITY
