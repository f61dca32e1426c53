import { types } from 'node:util'

/** Answered for what this copier leaves to the codec. */
export const UNCOPIED: unique symbol = Symbol('uncopied')

/** Deeper than this, or in a circle, the codec is asked. */
const MAX_DEPTH = 64

/**
 * A copy of plain data: primitives, plain objects, dense arrays, Dates, Maps and Sets. Several times faster than
 * structured clone on small values. Whatever is not plain makes the whole value `UNCOPIED`: nothing is copied half.
 */
export function plainCopy(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'function':
    case 'symbol':
      return UNCOPIED
    case 'object':
      break
    default:
      return value
  }
  if (value === null) return null
  if (depth === MAX_DEPTH) return UNCOPIED
  switch (Object.getPrototypeOf(value)) {
    case Object.prototype:
      return copyRecord(value as Record<string, unknown>, depth + 1)
    case Array.prototype:
      return copyArray(value as unknown[], depth + 1)
    case Date.prototype:
      return types.isDate(value) ? new Date(value.getTime()) : UNCOPIED
    case Map.prototype:
      return types.isMap(value) ? copyMap(value, depth + 1) : UNCOPIED
    case Set.prototype:
      return types.isSet(value) ? copySet(value, depth + 1) : UNCOPIED
    default:
      return UNCOPIED
  }
}

function copyRecord(record: Record<string, unknown>, depth: number): unknown {
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(record)) {
    // An assignment would set the prototype.
    if (key === '__proto__') return UNCOPIED
    const item = plainCopy(record[key], depth)
    if (item === UNCOPIED) return UNCOPIED
    copy[key] = item
  }
  return copy
}

function copyArray(array: readonly unknown[], depth: number): unknown {
  // A hole, or a property beside the elements, shows as another count of keys.
  if (!Array.isArray(array) || Object.keys(array).length !== array.length) return UNCOPIED
  const copy: unknown[] = []
  for (const element of array) {
    const item = plainCopy(element, depth)
    if (item === UNCOPIED) return UNCOPIED
    copy.push(item)
  }
  return copy
}

function copyMap(map: ReadonlyMap<unknown, unknown>, depth: number): unknown {
  const copy = new Map<unknown, unknown>()
  for (const [key, value] of map) {
    const newKey = plainCopy(key, depth)
    const newValue = plainCopy(value, depth)
    if (newKey === UNCOPIED || newValue === UNCOPIED) return UNCOPIED
    copy.set(newKey, newValue)
  }
  return copy
}

function copySet(set: ReadonlySet<unknown>, depth: number): unknown {
  const copy = new Set<unknown>()
  for (const value of set) {
    const item = plainCopy(value, depth)
    if (item === UNCOPIED) return UNCOPIED
    copy.add(item)
  }
  return copy
}
