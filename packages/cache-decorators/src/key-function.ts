import { createHash } from 'node:crypto'
import type { Place } from './decorate.js'
import { keyOf } from './key-of.js'
import { defaultNaming } from './naming.js'
import type { OfCall } from './of-call.js'
import type { AnyFunction } from './types.js'

/** Where a cached function carries the function of its keys, whichever build decorated it. */
export const KEY = Symbol.for('holdfast.keyOf')
/** And the function that finds its cache. */
export const HOME = Symbol.for('holdfast.cacheOf')

/** Arguments whose text is longer than this stand in the key as a hash of it. */
const MAX_TEXT = 200

interface KeyParts {
  readonly op: string
  readonly place: Place
  readonly wrapper: AnyFunction
  readonly name: string | undefined
  readonly explicitKey: OfCall<string> | undefined
}

export function keyFunction({ op, place, wrapper, name, explicitKey }: KeyParts): OfCall<string> {
  if (explicitKey !== undefined) return explicitKey
  const naming = name === undefined ? defaultNaming(op, place, wrapper) : () => name
  return (self, args) => {
    const text = keyOf(args, op)
    // No text of arguments begins with an s, so that a hash is never mistaken for one.
    return `${naming(self)}:${text.length > MAX_TEXT ? `sha256-${sha256(text)}` : text}`
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')
