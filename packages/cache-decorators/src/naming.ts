import { badInput } from '@holdfast/cache-core'
import type { Place } from './decorate.js'
import type { AnyFunction } from './types.js'

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
/** How compilers call an anonymous class with decorators, each the same. */
const MADE_UP = /^_[a-z]$/
/** With one of these a name and its colon could be mistaken for a part of the encoded arguments. */
const NOT_IN_A_NAME = /["([{]/

/** What the keys of a function begin with, for the `this` of a call. */
export type Naming = (self: unknown) => string

export function checkName(op: string, name: unknown): void {
  if (name === undefined) return
  if (typeof name === 'string' && name !== '' && name.isWellFormed() && !NOT_IN_A_NAME.test(name)) return
  throw badInput(`${op}: name is ${JSON.stringify(name) ?? typeof name}`, 'Write a non-empty string without " ( [ {', {
    op,
  })
}

/** The name that a function has without being given one. What has none is refused here and now. */
export function defaultNaming(op: string, place: Place, wrapper: AnyFunction): Naming {
  const { name } = place
  if (typeof name !== 'string' || !IDENTIFIER.test(name)) {
    const what = name === '' ? 'an anonymous function' : `${place.kind} ${String(name)}`
    throw nameless(op, `${what} has no name of its own for its keys`)
  }
  if (place.kind === 'function') return () => name
  const known = new WeakMap<object, string>()
  return (self) => {
    const actual = classOf(op, place, self)
    const found = known.get(actual) ?? methodName(op, place, name, actual, ownerOf(op, place, self as object, wrapper))
    known.set(actual, found)
    return found
  }
}

/**
 * An inherited method has its own keys on every subclass: the work it hands on to overridden methods differs. And the
 * class that defines it is in the name too, since an overriding method may call it through `super`.
 */
function methodName(op: string, place: Place, method: string, actual: AnyFunction, owner: AnyFunction): string {
  const classes = actual === owner ? [owner.name] : [actual.name, owner.name]
  if (!classes.every((one) => IDENTIFIER.test(one) && !MADE_UP.test(one)))
    throw nameless(op, `the class of ${method} has no name`)
  return [...classes, ...(place.isStatic ? ['static'] : []), method].join('.')
}

function classOf(op: string, place: Place, self: unknown): AnyFunction {
  const found = place.isStatic ? self : (self as object | undefined)?.constructor
  if (typeof found === 'function') return found as AnyFunction
  throw nameless(op, `${String(place.name)} was called without its ${place.isStatic ? 'class' : 'instance'}`)
}

/** A standard decorator is not told the class. It is where, seen from the instance, the decorated method is found. */
function ownerOf(op: string, place: Place, self: object, wrapper: AnyFunction): AnyFunction {
  if (place.owner !== undefined) return place.owner
  const candidates: object[] = []
  for (let next: object | null = self; next !== null; next = Object.getPrototypeOf(next)) {
    const own = Object.getOwnPropertyDescriptor(next, place.name)
    if (own?.value === wrapper) return ownerAt(next, place)
    if (own !== undefined && (place.isStatic || next !== self)) candidates.push(next)
  }
  // Another decorator, or a test's spy, stands before ours. Only one method of the name: no doubt whose it is.
  if (candidates.length === 1) return ownerAt(candidates[0] as object, place)
  throw nameless(op, `the class of ${String(place.name)} cannot be told, since another decorator covers it`)
}

const ownerAt = (holder: object, place: Place): AnyFunction =>
  (place.isStatic ? holder : holder.constructor) as AnyFunction

const nameless = (op: string, what: string): Error => badInput(`${op}: ${what}`, 'Give the option name or key', { op })
