import { autoCodec } from '@holdfast/cache-core'
import { plainCopy, UNCOPIED } from './copy.js'

/**
 * What keeps one caller's changes to a value from the others: nothing (`reference`), a deeply frozen copy that all
 * share (`freeze`), or a copy for each reader (`clone`).
 */
export type Isolation = 'reference' | 'clone' | 'freeze'

/** Values that are nobody's but the cache's. */
export interface Isolated {
  /** A value as it is kept. Throws `E_SERIALIZE` for what cannot be copied faithfully. */
  keep(value: unknown): unknown
  /** A kept value as a reader gets it. */
  give(value: unknown): unknown
}

/** `undefined` where nothing is to be done. */
export function isolated(isolation: Isolation): Isolated | undefined {
  if (isolation === 'reference') return undefined
  return isolation === 'clone' ? new Cloned() : new Frozen()
}

class Cloned implements Isolated {
  keep(value: unknown): unknown {
    return copyOf(value)
  }

  give(value: unknown): unknown {
    return copyOf(value)
  }
}

/** Shares one frozen copy, but for values that freezing does not protect: of these every reader gets a copy. */
class Frozen implements Isolated {
  readonly #unfrozen = new WeakSet<object>()
  #anyUnfrozen = false

  keep(value: unknown): unknown {
    if (isPrimitive(value)) return value
    const copy = copyOf(value)
    if (deepFreeze(copy)) return copy
    this.#unfrozen.add(copy as object)
    this.#anyUnfrozen = true
    return copy
  }

  give(value: unknown): unknown {
    return this.#anyUnfrozen && !isPrimitive(value) && this.#unfrozen.has(value as object) ? copyOf(value) : value
  }
}

/** What Redis would have given back: plain data directly, everything else through the codec. */
function copyOf<T>(value: T): T {
  if (isPrimitive(value)) return value
  const copy = plainCopy(value)
  if (copy !== UNCOPIED) return copy as T
  const { bytes, format } = autoCodec.encode(value)
  return autoCodec.decode(bytes, format) as T
}

const isPrimitive = (value: unknown): boolean =>
  (typeof value !== 'object' && typeof value !== 'function') || value === null

/** False when something in the value can still be changed: the content of a Map, a Set, a Date, bytes, a URL. */
function deepFreeze(root: unknown): boolean {
  const seen = new Set<unknown>()
  let whole = true
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== Array.prototype) {
      whole = false
      return
    }
    Object.freeze(value)
    for (const item of Object.values(value)) visit(item)
  }
  visit(root)
  return whole
}
