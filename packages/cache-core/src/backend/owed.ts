import type { CacheBackend } from '../contracts/index.js'
import { compileGlob } from '../pattern/glob.js'

/** More than this, and the whole cache is owed instead: forgetting too much is no lie. */
const MAX_OWED = 10_000
const KEYS_AT_ONCE = 500
const NO_KEYS: ReadonlySet<string> = new Set()

interface Item {
  /** Its place among all that was ever owed. */
  readonly seq: number
}

interface KeyItem extends Item {
  /** The moment from which the value is stale; absent when it is to be removed. */
  readonly expireAt?: number
}

interface TagItem extends Item {
  readonly expire: boolean
}

interface AreaItem extends Item {
  readonly concerns: (key: string) => boolean
  readonly settle: (backend: CacheBackend) => unknown
}

/** A part of what is owed, that one call settles. */
export interface Settlement {
  readonly count: number
  /** The keys it removes or expires, if that is what it does. */
  readonly keys: ReadonlySet<string>
  readonly run: (backend: CacheBackend) => unknown
  readonly done: () => void
}

/** The invalidations that a store has not confirmed. Until it has, this process takes what they concern for invalid. */
export class Owed {
  readonly #keys = new Map<string, KeyItem>()
  readonly #tags = new Map<string, TagItem>()
  readonly #areas = new Map<string, AreaItem>()
  #seq = 0

  /** Goes up with everything that is added. */
  get seq(): number {
    return this.#seq
  }

  get size(): number {
    return this.#keys.size + this.#tags.size + this.#areas.size
  }

  addKeys(keys: Iterable<string>, expireAt?: number): void {
    const seq = ++this.#seq
    for (const key of keys) {
      // A removal is not weakened to an expiry.
      const removed = expireAt === undefined || (this.#keys.has(key) && this.#keys.get(key)?.expireAt === undefined)
      this.#keys.set(key, removed ? { seq } : { seq, expireAt })
    }
    this.#bound()
  }

  addTags(tags: readonly string[], expire: boolean): void {
    const seq = ++this.#seq
    for (const tag of tags) this.#tags.set(tag, { seq, expire: expire && this.#tags.get(tag)?.expire !== false })
    this.#bound()
  }

  addPattern(glob: string): void {
    this.#addArea(`p${glob}`, compileGlob(glob), (backend) => backend.removePattern(glob, {}))
  }

  addPrefix(prefix: string): void {
    this.#addArea(
      `c${prefix}`,
      (key) => key.startsWith(prefix),
      (backend) => backend.clear(prefix),
    )
  }

  /** Whether something concerns a value, of what was added after a moment. */
  concerns(key: string, tags: readonly string[], since = 0): boolean {
    if ((this.#keys.get(key)?.seq ?? 0) > since) return true
    if (this.#tags.size > 0 && tags.some((tag) => (this.#tags.get(tag)?.seq ?? 0) > since)) return true
    for (const area of this.#areas.values()) if (area.seq > since && area.concerns(key)) return true
    return false
  }

  /** The store has confirmed these otherwise, in a call that began at a moment. */
  settledKeys(keys: Iterable<string>, since: number): void {
    for (const key of keys) if ((this.#keys.get(key)?.seq ?? Number.POSITIVE_INFINITY) <= since) this.#keys.delete(key)
  }

  settledTags(tags: readonly string[], since: number): void {
    for (const tag of tags) if ((this.#tags.get(tag)?.seq ?? Number.POSITIVE_INFINITY) <= since) this.#tags.delete(tag)
  }

  settledAll(since: number): void {
    for (const items of [this.#keys, this.#tags, this.#areas] as Map<string, Item>[])
      for (const [name, { seq }] of items) if (seq <= since) items.delete(name)
  }

  /** What is to be done, in as few calls as can be. Each is forgotten when it is done, unless it was added anew. */
  *settlements(): Generator<Settlement> {
    const since = this.#seq
    for (const [name, area] of [...this.#areas]) {
      const done = () => this.#areas.get(name) === area && this.#areas.delete(name)
      yield { count: 1, keys: NO_KEYS, run: area.settle, done }
    }
    for (const expire of [false, true]) {
      const tags = [...this.#tags].filter(([, item]) => item.expire === expire).map(([tag]) => tag)
      const run = (backend: CacheBackend) => (expire ? backend.expireTags(tags) : backend.invalidateTags(tags))
      if (tags.length > 0) yield { count: tags.length, keys: NO_KEYS, run, done: () => this.settledTags(tags, since) }
    }
    for (const [expireAt, keys] of this.#byMoment()) {
      const run = (backend: CacheBackend) =>
        expireAt === undefined ? backend.remove(keys) : backend.expire(keys, expireAt)
      yield { count: keys.length, keys: new Set(keys), run, done: () => this.settledKeys(keys, since) }
    }
  }

  #byMoment(): [number | undefined, string[]][] {
    const groups: [number | undefined, string[]][] = []
    const open = new Map<number | undefined, string[]>()
    for (const [key, { expireAt }] of this.#keys) {
      let keys = open.get(expireAt)
      if (keys === undefined || keys.length === KEYS_AT_ONCE) {
        keys = []
        open.set(expireAt, keys)
        groups.push([expireAt, keys])
      }
      keys.push(key)
    }
    return groups
  }

  #addArea(name: string, concerns: (key: string) => boolean, settle: (backend: CacheBackend) => unknown): void {
    this.#areas.set(name, { seq: ++this.#seq, concerns, settle })
    this.#bound()
  }

  #bound(): void {
    if (this.size <= MAX_OWED) return
    for (const items of [this.#keys, this.#tags, this.#areas]) items.clear()
    this.addPrefix('')
  }
}
