import { badInput } from '@holdfast/cache-core'
import type { AnyFunction } from './types.js'

/** Where a decorated function stands, as far as that is known when it is decorated. */
export interface Place {
  readonly kind: 'function' | 'method'
  readonly name: string | symbol
  readonly isStatic: boolean
  /** The class whose body holds the method. Only legacy decorators are told. */
  readonly owner: AnyFunction | undefined
}

type Wrap = (fn: AnyFunction, place: Place) => AnyFunction

interface StandardContext {
  readonly kind: string
  readonly name: string | symbol
  readonly static: boolean
  readonly private: boolean
}

/** One function that is a function wrapper, a standard method decorator and a legacy one, told apart by its arguments. */
export function decorator(op: string, wrap: Wrap): (...args: unknown[]) => unknown {
  return (...args) => {
    const [first, second, third] = args
    if (args.length === 1)
      return wrapped(op, wrap, first, { kind: 'function', name: nameOf(first), isStatic: false, owner: undefined })
    if (isContext(second)) return standard(op, wrap, first, second)
    return legacy(op, wrap, first, second, third)
  }
}

function standard(op: string, wrap: Wrap, method: unknown, context: StandardContext): AnyFunction {
  if (context.kind !== 'method') throw misplaced(op, `a ${context.kind}`)
  // The name of a private method is no identifier, so that it needs the option name or key: its class cannot be found.
  return wrapped(op, wrap, method, { kind: 'method', name: context.name, isStatic: context.static, owner: undefined })
}

function legacy(op: string, wrap: Wrap, target: unknown, name: unknown, descriptor: unknown): PropertyDescriptor {
  if (descriptor === null || typeof descriptor !== 'object' || !isTarget(target))
    throw misplaced(op, 'a field or parameter')
  const { value, get, set } = descriptor as PropertyDescriptor
  if (get !== undefined || set !== undefined) throw misplaced(op, 'an accessor')
  const isStatic = typeof target === 'function'
  const owner = (isStatic ? target : target.constructor) as AnyFunction
  const place: Place = { kind: 'method', name: name as string | symbol, isStatic, owner }
  return { ...(descriptor as PropertyDescriptor), value: wrapped(op, wrap, value, place) }
}

function wrapped(op: string, wrap: Wrap, fn: unknown, place: Place): AnyFunction {
  if (typeof fn !== 'function') throw misplaced(op, fn === null ? 'null' : `a value of type ${typeof fn}`)
  if (/^class\b/.test(Function.prototype.toString.call(fn))) throw misplaced(op, 'a class')
  if (/Generator/.test(Object.prototype.toString.call(fn))) throw misplaced(op, 'a generator function')
  const wrapper = wrap(fn as AnyFunction, place)
  Object.defineProperty(wrapper, 'name', { value: fn.name, configurable: true })
  Object.defineProperty(wrapper, 'length', { value: fn.length, configurable: true })
  return wrapper
}

const nameOf = (fn: unknown): string => (typeof fn === 'function' ? fn.name : '')

const isContext = (second: unknown): second is StandardContext =>
  typeof second === 'object' && second !== null && typeof (second as StandardContext).kind === 'string'

const isTarget = (target: unknown): target is object =>
  typeof target === 'function' || (typeof target === 'object' && target !== null)

const misplaced = (op: string, what: string): Error =>
  badInput(`${op} stands on ${what}`, `Put @${op}() on a method, or write ${op}()(function name() {})`, { op })
