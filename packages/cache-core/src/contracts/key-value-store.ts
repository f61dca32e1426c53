import type { MaybePromise } from './backend.js'

/**
 * The smallest store that can hold a cache: four verbs. `fenced(store)` lifts it to a full backend within one process;
 * `encoded(store)` first turns a store of bytes into a store of anything.
 *
 * A verb throws only when the store could not be asked. What is absent is `undefined`, never an error.
 */
export interface KeyValueStore<P = unknown> {
  /** A label for events and errors. */
  readonly name: string
  /** The payload under the key, or `undefined` when there is none or it has expired. */
  get(key: string): MaybePromise<P | undefined>
  /**
   * Replaces payload and lifetime. Visible to every `get` that starts after it settled. `ttlMs` is a positive integer;
   * without it the payload stays until it is removed or evicted.
   */
  set(key: string, payload: P, options: { readonly ttlMs?: number }): MaybePromise<void>
  /** Removes the key. True when it was there. */
  delete(key: string): MaybePromise<boolean>
  /** Removes every key that begins with `prefix`, literally, and no other. `''` empties the store. */
  clear(prefix: string): MaybePromise<void>

  /** Same order, same length, holes are `undefined`. Derived from `get` when missing. */
  getMany?(keys: readonly string[]): MaybePromise<readonly (P | undefined)[]>
  /** As repeated `set`. Derived when missing. */
  setMany?(
    entries: readonly (readonly [key: string, payload: P])[],
    options: { readonly ttlMs?: number },
  ): MaybePromise<void>
  /** As repeated `delete`; counts. Derived when missing. */
  deleteMany?(keys: readonly string[]): MaybePromise<number>
  /** Every key that begins with `prefix`, at least those present from start to end. Needed for pattern removal only. */
  keys?(prefix: string): Iterable<string> | AsyncIterable<string>
  /** Idempotent. */
  close?(): MaybePromise<void>
}
