/**
 * Structured clone turns a URL into `{}` and an Error into less than it was. So they are taken out before and put back
 * after: an empty object stands in for each, and a list beside the value says, by identity, what it stands for. No
 * marker inside the data means that no data can imitate one.
 */
type StandIn =
  | readonly [place: object, kind: 'url', href: string]
  | readonly [place: object, kind: 'error', name: string, message: string, stack: string | undefined, own: object]

type Packed = [value: unknown, standIns: StandIn[]]

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const isRecord = (value: object): boolean => Object.prototype.toString.call(value) === '[object Object]'

/** Whether a value holds a URL or an Error anywhere. */
export function needsStandIns(value: unknown, seen = new Set<object>()): boolean {
  if (!isObject(value) || seen.has(value)) return false
  if (value instanceof URL || value instanceof Error) return true
  seen.add(value)
  if (value instanceof Map) {
    for (const [key, item] of value) if (needsStandIns(key, seen) || needsStandIns(item, seen)) return true
    return false
  }
  if (value instanceof Set) {
    for (const item of value) if (needsStandIns(item, seen)) return true
    return false
  }
  if (!Array.isArray(value) && !isRecord(value)) return false
  return Object.values(value).some((item) => needsStandIns(item, seen))
}

const NATIVE_ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }

export function takeOut(root: unknown): Packed {
  const copies = new Map<object, object>()
  const standIns: StandIn[] = []

  const copyProperties = (from: object, to: object, keys: readonly string[]): void => {
    for (const key of keys) {
      const value = copy((from as Record<string, unknown>)[key])
      Object.defineProperty(to, key, { value, enumerable: true, writable: true, configurable: true })
    }
  }
  const copy = (node: unknown): unknown => {
    if (!isObject(node)) return node
    const known = copies.get(node)
    if (known) return known
    const keep = <T extends object>(made: T): T => {
      copies.set(node, made)
      return made
    }
    if (node instanceof URL) {
      const place = keep({})
      standIns.push([place, 'url', node.href])
      return place
    }
    if (node instanceof Error) {
      const place = keep({})
      const own = {}
      // cause and errors are own but not enumerable; whatever else the program hung on the error comes too.
      copyProperties(
        node,
        own,
        Object.getOwnPropertyNames(node).filter((key) => key !== 'stack' && key !== 'message' && key !== 'name'),
      )
      standIns.push([place, 'error', node.name, node.message, node.stack, own])
      return place
    }
    if (node instanceof Map) {
      const map = keep(new Map())
      for (const [key, value] of node) map.set(copy(key), copy(value))
      return map
    }
    if (node instanceof Set) {
      const set = keep(new Set())
      for (const value of node) set.add(copy(value))
      return set
    }
    if (Array.isArray(node)) {
      const array = keep(new Array(node.length))
      copyProperties(node, array, Object.keys(node))
      return array
    }
    if (!isRecord(node)) return node
    const record = keep({})
    copyProperties(node, record, Object.keys(node))
    return record
  }
  return [copy(root), standIns]
}

function revive(standIn: StandIn): unknown {
  if (standIn[1] === 'url') return new URL(standIn[2])
  const [, , name, message, stack, own] = standIn
  const native = Object.hasOwn(NATIVE_ERRORS, name) ? NATIVE_ERRORS[name as keyof typeof NATIVE_ERRORS] : Error
  const error = new native(message)
  if (native.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true })
  for (const [key, value] of Object.entries(own)) {
    Object.defineProperty(error, key, {
      value,
      configurable: true,
      writable: true,
      enumerable: key !== 'cause' && key !== 'errors',
    })
  }
  return error
}

export function putBack(packed: unknown): unknown {
  const [root, standIns] = packed as Packed
  const revived = new Map<object, unknown>(standIns.map((standIn) => [standIn[0], revive(standIn)]))
  const seen = new Set<object>()

  const fixed = (node: unknown): unknown => {
    if (!isObject(node)) return node
    const real = revived.get(node)
    if (real !== undefined) {
      fix(
        real as object,
        Object.getOwnPropertyNames(real).filter((key) => key !== 'stack'),
      )
      return real
    }
    if (node instanceof Map) {
      if (!seen.has(node)) {
        seen.add(node)
        const entries = [...node]
        node.clear()
        for (const [key, value] of entries) node.set(fixed(key), fixed(value))
      }
    } else if (node instanceof Set) {
      if (!seen.has(node)) {
        seen.add(node)
        const values = [...node]
        node.clear()
        for (const value of values) node.add(fixed(value))
      }
    } else if (Array.isArray(node) || isRecord(node)) {
      fix(node, Object.keys(node))
    }
    return node
  }
  const fix = (node: object, keys: readonly string[]): void => {
    if (seen.has(node)) return
    seen.add(node)
    const record = node as Record<string, unknown>
    for (const key of keys) {
      const value = fixed(record[key])
      if (value !== record[key]) record[key] = value
    }
  }
  return fixed(root)
}
