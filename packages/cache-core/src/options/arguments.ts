import { type Clock, systemClock } from '../contracts/clock.js'
import { badInput } from '../errors.js'

/** How many tags an entry may carry. */
export const MAX_TAGS = 64
/** How many bytes of UTF-8 a tag may have. */
export const MAX_TAG_BYTES = 255

export const NO_TAGS: readonly string[] = Object.freeze([])

/** A key is a non-empty string that has a UTF-8 form. */
export function checkKey(key: unknown, op: string): asserts key is string {
  if (typeof key === 'string' && key !== '' && key.isWellFormed()) return
  const what =
    typeof key !== 'string'
      ? `a key is ${key === null ? 'null' : typeof key}`
      : key === ''
        ? 'a key is empty'
        : 'a key has a lone surrogate'
  throw badInput(`${op}: ${what}`, 'Give a non-empty string of valid Unicode', { op })
}

export function checkKeys(keys: unknown, op: string): readonly string[] {
  if (keys === null || typeof keys !== 'object' || !(Symbol.iterator in keys)) {
    throw badInput(`${op}: the keys are not a list`, 'Give an array or a set of strings', { op })
  }
  const list = [...new Set(keys as Iterable<unknown>)]
  for (const key of list) checkKey(key, op)
  return list as string[]
}

/** Pairs of key and value. The keys are not checked. */
export function checkEntries(entries: unknown, op: string): readonly (readonly [string, unknown])[] {
  if (entries !== null && typeof entries === 'object') {
    if (!(Symbol.iterator in entries)) return Object.entries(entries)
    const pairs = [...(entries as Iterable<unknown>)]
    if (pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) return pairs as [string, unknown][]
  }
  throw badInput(`${op}: the entries are not a map`, 'Give a Map, a record or a list of [key, value]', { op })
}

const hasRepetition = (list: readonly unknown[]): boolean => {
  for (let at = 1; at < list.length; at++) if (list.indexOf(list[at]) < at) return true
  return false
}

/** Tags without repetition, in their given order. The caller's array is neither kept nor changed. */
export function checkTags(tags: unknown, op: string): readonly string[] {
  if (!Array.isArray(tags)) throw badInput(`${op}: tags is not an array`, "Write tags: ['articles']", { op })
  if (tags.length === 0) return NO_TAGS
  // A few are compared faster than they are hashed.
  const list: unknown[] = tags.length > 8 || hasRepetition(tags) ? [...new Set<unknown>(tags)] : tags.slice()
  if (list.length > MAX_TAGS) {
    throw badInput(`${op}: ${list.length} tags, more than ${MAX_TAGS}`, 'Use fewer, coarser tags', { op })
  }
  for (const tag of list) {
    if (typeof tag !== 'string' || tag === '' || !tag.isWellFormed()) {
      throw badInput(`${op}: a tag is not a non-empty string`, 'Give strings of valid Unicode', { op })
    }
    if (tag.length * 3 > MAX_TAG_BYTES && Buffer.byteLength(tag) > MAX_TAG_BYTES) {
      throw badInput(
        `${op}: the tag ${JSON.stringify(tag.slice(0, 40))} is longer than ${MAX_TAG_BYTES} bytes`,
        'Shorten or hash it',
        { op },
      )
    }
  }
  return list as string[]
}

export function checkFunction(given: unknown, what: string): void {
  if (given !== undefined && typeof given !== 'function')
    throw badInput(`${what} is not a function`, 'Write a function, or leave it out')
}

/** The clock that was given, or the wall clock. */
export function checkClock(clock: Clock | undefined, op: string): Clock {
  if (clock === undefined) return systemClock
  for (const verb of ['now', 'after', 'random'] as const) {
    if (typeof clock?.[verb] !== 'function')
      throw badInput(
        `${op}: clock has no ${verb}`,
        'A clock has now, after and random; leave it out for the wall clock',
      )
  }
  return clock
}

/** A caller's AbortSignal, if he gave one: the controller it belongs to is a common slip. */
export function checkSignal(signal: unknown, op: string): AbortSignal | undefined {
  if (signal === undefined) return undefined
  const { aborted, addEventListener } = (signal ?? {}) as Partial<AbortSignal>
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return signal as AbortSignal
  throw badInput(`${op}: signal is not an AbortSignal`, 'Write signal: controller.signal', { op })
}
