import { types } from 'node:util'
import { badInput } from '@holdfast/cache-core'

const MAX_DEPTH = 64

/**
 * The arguments of a call as text. Equal arguments have equal texts, and different ones different texts: what can be
 * told apart is told apart, `'1'` from `1`, `-0` from `0`, a hole from `undefined`. Only the order of a plain object's
 * properties does not count; that of a Map and a Set does.
 *
 * The text has no colon outside of quotes and brackets, so that a name and a colon may stand before it.
 *
 * A function, a symbol, a cycle, and a class instance without `toKey()` are `E_CONFIG`.
 */
export function keyOf(args: readonly unknown[], op: string): string {
  return args.map((argument, index) => encode(argument, { op, index, path: [] })).join(',')
}

interface Walk {
  readonly op: string
  readonly index: number
  /** The containers that are open around the value. */
  readonly path: readonly object[]
}

function encode(value: unknown, walk: Walk): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'object':
      return value === null ? 'null' : encodeObject(value, inside(walk, value))
    default:
      throw refused(walk, `is or holds a ${typeof value}`)
  }
}

function encodeObject(value: object, walk: Walk): string {
  if ('toKey' in value && typeof value.toKey === 'function') {
    return `@${JSON.stringify(className(value))}(${encode(value.toKey(), walk)})`
  }
  const depth = prototypes(value)
  if (Array.isArray(value) && depth === 2) return encodeArray(value, walk)
  if (depth < 2) return encodePlain(value, walk)
  // A Date, Map, Set or URL is known by what it is, not by its constructor: it may come from another realm.
  if (depth === 2 && Reflect.ownKeys(value).every((name) => isHidden(value, name))) {
    if (types.isDate(value)) return `Date(${value.getTime()})`
    if (types.isMap(value)) {
      return `Map(${[...value].map(([key, item]) => `${encode(key, walk)}:${encode(item, walk)}`).join(',')})`
    }
    if (types.isSet(value)) return `Set(${[...value].map((item) => encode(item, walk)).join(',')})`
    if (value instanceof URL) return `URL(${JSON.stringify(value.href)})`
  }
  throw refused(walk, `is or holds a ${className(value) || 'class instance'} without toKey()`)
}

function encodeArray(value: readonly unknown[], walk: Walk): string {
  const items: string[] = []
  let present = 0
  for (let index = 0; index < value.length; index++) {
    const there = Object.hasOwn(value, index)
    items.push(there ? encode(value[index], walk) : '_')
    if (there) present++
  }
  // 1 for length; what is more would not be in the text
  if (Reflect.ownKeys(value).length !== present + 1)
    throw refused(walk, 'is or holds an array with properties of its own')
  return `[${items.join(',')}]`
}

function encodePlain(value: object, walk: Walk): string {
  const names = Reflect.ownKeys(value)
  if (names.some((name) => typeof name === 'symbol'))
    throw refused(walk, 'is or holds an object with a symbol property')
  const properties = (names as string[])
    .filter((name) => !isHidden(value, name))
    .sort()
    .map((name) => `${JSON.stringify(name)}:${encode((value as Record<string, unknown>)[name], walk)}`)
  return `{${properties.join(',')}}`
}

function inside(walk: Walk, value: object): Walk {
  if (walk.path.includes(value)) throw refused(walk, 'holds itself')
  if (walk.path.length === MAX_DEPTH) throw refused(walk, `is nested deeper than ${MAX_DEPTH}`)
  return { ...walk, path: [...walk.path, value] }
}

/** 0 for a bare object, 1 for a plain one, 2 for what the language makes (arrays, dates, ...), 3 or more for the rest. */
function prototypes(value: object): number {
  let count = 0
  for (let next = Object.getPrototypeOf(value); next !== null; next = Object.getPrototypeOf(next)) {
    count++
    // An object made with another plain one as its prototype inherits properties that the text would not show.
    if (Object.getPrototypeOf(next) === null && !Object.hasOwn(next, 'isPrototypeOf')) return 3
    if (count === 3) break
  }
  return count
}

const isHidden = (value: object, name: string | symbol): boolean =>
  !Object.prototype.propertyIsEnumerable.call(value, name)

function className(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' ? name : ''
}

const refused = ({ op, index }: Walk, what: string): Error =>
  badInput(
    `${op}: argument ${index + 1} ${what}, which has no stable text`,
    'Give the option key, or the class a toKey()',
    { op },
  )
