import type { CacheBackend } from '../contracts/backend.js'
import { CacheError } from '../errors.js'

type Verb = Exclude<
  {
    [Name in keyof CacheBackend]-?: CacheBackend[Name] extends (...args: never[]) => unknown ? Name : never
  }[keyof CacheBackend],
  undefined
>

/** What goes wrong with one call. */
export type Fault =
  /** Fails before anything happens. */
  | 'refused'
  /** Happens, but the answer is lost. */
  | 'answer-lost'
  /** Happens at once, answers late. */
  | { readonly answerAfter: Promise<unknown> }
  /** Happens late. */
  | { readonly happenAfter: Promise<unknown> }
  | undefined

/** Decides for every call of a verb. */
export type ChaosPlan = (verb: Verb, args: readonly unknown[]) => Fault

const UNTOUCHED: ReadonlySet<string> = new Set(['awaken', 'peek', 'hit', 'follow', 'onReplaced', 'close'])

/** A backend that does what the plan says goes wrong, and otherwise what it always did. */
export function chaotic(backend: CacheBackend, plan: ChaosPlan): CacheBackend {
  return new Proxy(backend, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      const call = (args: readonly unknown[]): unknown => Reflect.apply(member, target, args)
      if (UNTOUCHED.has(String(name))) return (...args: unknown[]) => call(args)
      return (...args: unknown[]) => {
        const verb = name as Verb
        const fault = plan(verb, args)
        if (fault === undefined) return call(args)
        if (fault === 'refused') return Promise.reject(new CacheError('E_UNAVAILABLE', 'chaos: refused', { op: verb }))
        if (fault === 'answer-lost') {
          return Promise.resolve(call(args)).then(() => {
            throw new CacheError('E_TIMEOUT', 'chaos: the answer is lost', { op: verb, outcome: 'unknown' })
          })
        }
        if ('answerAfter' in fault) {
          const answer = Promise.resolve(call(args))
          answer.catch(() => undefined)
          return fault.answerAfter.then(() => answer)
        }
        return fault.happenAfter.then(() => call(args))
      }
    },
  })
}
