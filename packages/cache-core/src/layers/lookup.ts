import type { Reading } from '../contracts/entry.js'
import type { Loader } from '../options/options.js'
import type { Plan } from '../options/resolve.js'

/** A load that callers of this process may join until it is sealed. */
export interface Flight {
  /** Tags whose invalidation by this process seals the flight. */
  readonly tags: readonly string[]
  /** From now on nobody joins. Idempotent. */
  seal(): void
}

/** One caller's search for one value. */
export interface Lookup<T = unknown> {
  readonly key: string
  readonly plan: Plan
  readonly loader: Loader<T>
  /** What the latest read saw. */
  readonly reading: Reading
  /** Epoch milliseconds at which the caller asked: his own limits count from here. */
  readonly since: number
  /** Epoch milliseconds at which this caller stops waiting for others. */
  readonly deadline: number
  /** Set when that moment has passed, or the key has changed too often: an answer now, kept or not. */
  readonly outOfPatience?: boolean
  /** Set by the layer that opened a flight for this lookup. */
  readonly flight?: Flight
  /** Called when it is known who loads: this lookup (its loader is called next) or somebody else. Maybe repeatedly. */
  readonly decided?: () => void
  /** Called when what this lookup loads can no longer be stored. */
  readonly lost?: () => void
}

/**
 * `value`: the answer. Only a `shareable` one may be given to callers who joined while it was computed: the store
 * confirmed it after they joined, or it was computed after they joined. `again`: the store changed, or who was
 * waited for has ended; look again.
 */
export type LookupOutcome<T = unknown> =
  | { readonly kind: 'value'; readonly value: T; readonly shareable: boolean }
  | { readonly kind: 'again'; readonly waited: boolean }

/** Returned by a loader of the library itself for a key that its batch loader left out: the key stays missing. */
export const NOT_FOUND: unique symbol = Symbol('not found')

export const CHANGED: LookupOutcome<never> = Object.freeze({ kind: 'again', waited: false })
export const WAITED: LookupOutcome<never> = Object.freeze({ kind: 'again', waited: true })

export type Handler = <T>(lookup: Lookup<T>) => Promise<LookupOutcome<T>>
export type Layer = (next: Handler) => Handler
