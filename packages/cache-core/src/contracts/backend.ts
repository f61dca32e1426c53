import type { ChangeListener } from './changes.js'
import type { Draft, Reading, Version } from './entry.js'

/** Memory answers at once, Redis later. Callers look before they await: a hit in memory costs no extra promise. */
export type MaybePromise<T> = T | Promise<T>

export const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && typeof (value as Promise<T>).then === 'function'

export interface AcquireRequest {
  /** What the read before this acquire saw. */
  readonly version: Version
  /** Tags that the value will probably carry. Their fences are captured now. */
  readonly tags: readonly string[]
  /** The lease lapses after this many milliseconds unless renewed. */
  readonly leaseMs: number
  /** For how long the value will probably be kept. Fences are kept at least as long. */
  readonly keepMs: number
}

/**
 * The right to compute one key, together with the fences as they stood when it was given. Opaque: only the backend
 * that gave it reads it.
 */
export interface Lease {
  readonly key: string
}

export type Acquired =
  /** The caller computes. */
  | { readonly status: 'own'; readonly lease: Lease }
  /** Somebody else computes; his lease lapses in `leaseMs` unless renewed. */
  | { readonly status: 'wait'; readonly leaseMs: number }
  /** Since the read something was stored or removed: read again. */
  | { readonly status: 'changed' }

/**
 * What became of a fill. `stored`: the value is in. `lost`: the lease was not held any more (lapsed, or broken by a
 * set, delete, pattern or clear). `stale`: a tag or the whole cache was invalidated meanwhile. Only after `stored`
 * may anyone but the one who computed be given the value.
 */
export type Filled = 'stored' | 'lost' | 'stale'

export interface PatternOptions {
  /** Stops the job between two batches; the call then rejects with `E_ABORTED`; what is removed stays removed. */
  readonly signal?: AbortSignal
  /** Called after every batch with the count of values removed so far. */
  readonly onProgress?: (removed: number) => void
}

/** What is under a key, valid or not. */
export interface Inspection {
  readonly reading: Reading
  /** Why there is no valid entry: `missing`, `invalid` (a fence was broken) or `undecodable`. */
  readonly reason?: 'missing' | 'invalid' | 'undecodable'
  /** The tags the value was stored with, and whether each still holds. */
  readonly tags: readonly { readonly tag: string; readonly state: 'valid' | 'expired' | 'invalidated' }[]
  /** The lease that is held, if one is. */
  readonly lease?: { readonly leaseMs: number; readonly holder: string }
}

export interface BackendHealth {
  readonly status: 'up' | 'down'
  /** Facts worth showing to an operator. Never a secret. */
  readonly detail: Readonly<Record<string, unknown>>
}

/**
 * What the policies speak to: values with fences.
 *
 * Whoever wants to compute a value first acquires its key, computes, then fills. A backend promises that a fill stores
 * nothing when, since the acquire, its key was set or removed, one of its tags was invalidated, a pattern was removed
 * or the backend was cleared; and that a read which starts after one of those calls settled never returns what it made
 * invalid. Both hold for everyone who shares the store the backend stands for: one process, or a fleet.
 *
 * Every verb fails with a `CacheError`. A backend that cannot reach its store says so; it never answers from hope.
 * Keys are non-empty strings; core has already refused anything else.
 */
export interface CacheBackend {
  /** A label for events and errors. */
  readonly name: string

  /**
   * The valid entry under the key, or `Absent`. Absence never throws. `tagHint` are the tags the caller expects on the
   * entry; it saves a remote backend a second question and never changes the answer.
   */
  read(key: string, tagHint: readonly string[]): MaybePromise<Reading>
  /** As `read`, for many: same order, same length. */
  readMany(keys: readonly string[], tagHint: readonly string[]): MaybePromise<readonly Reading[]>
  /**
   * As `read`, for the fresh value alone: a promise that is fulfilled with it already, maybe one that others were given
   * too; `undefined` when there is none. Absent where nothing can be answered at once.
   */
  hit?(key: string): Promise<unknown> | undefined
  /** As `read` but only where it can be answered at once, without touching anything. Absent from remote backends. */
  peek?(key: string): Reading

  /**
   * Asks for the right to compute a key. At most one lease of a key is held at a time. The fences a later `fill`
   * compares are captured before this settles: start computing only then.
   */
  acquire(key: string, request: AcquireRequest): MaybePromise<Acquired>
  /**
   * Ends a lease with its result: stores the draft if the lease is still held and its fences are intact. Without a
   * draft nothing is stored, but the answer is the same. A tag that the acquire did not name is compared coarsely:
   * any tag invalidated since the acquire makes it `stale`. Whoever awaits the key is awakened.
   */
  fill(lease: Lease, draft: Draft | undefined): MaybePromise<Filled>
  /** Extends a lease to `leaseMs` from now. False when it is not held any more. */
  renew(lease: Lease, leaseMs: number): MaybePromise<boolean>
  /** Gives a lease back without a result and awakens whoever awaits the key. Harmless when it is not held. */
  release(lease: Lease): MaybePromise<void>
  /**
   * Calls `wake` at least once after each time a lease of the key ended, from now until the returned function is
   * called. It may call it without reason. It may miss a call if its link broke, so callers bound their wait.
   */
  awaken(key: string, wake: () => void): () => void

  /** Stores a value. Beats every computation acquired before it. */
  write(key: string, draft: Draft): MaybePromise<void>
  /** As `write` for each. Not atomic: after a rejection some may be stored. */
  writeMany(drafts: ReadonlyMap<string, Draft>): MaybePromise<void>
  /** Gives a valid entry new lifetimes. False when there is none. */
  touch(key: string, freshUntil: number, keepUntil: number): MaybePromise<boolean>

  /** Removes keys, breaks their leases, and counts the valid entries among them. */
  remove(keys: readonly string[]): MaybePromise<number>
  /**
   * Removes every key that matches a glob (`*`, `?`, `[...]`, `\` escapes; one `?` is one character) and counts the
   * valid entries among them. Keys present from start to end are never missed. Refuses what is being computed for
   * matching keys, whether or not they are there; other computations go on.
   */
  removePattern(glob: string, options: PatternOptions): MaybePromise<number>
  /** Makes every entry that carries one of these tags invalid, and every computation that captured one of them. */
  invalidateTags(tags: readonly string[]): MaybePromise<void>
  /**
   * Makes valid entries stale from `at` on: they stay as long as their grace lets them, and go if they have none. Breaks
   * the leases of the keys, so that what is computed now is not stored as fresh. Counts the entries that were valid.
   */
  expire(keys: readonly string[], at: number): MaybePromise<number>
  /** As `expire` for every entry that carries one of these tags, and every computation that captured one of them. */
  expireTags(tags: readonly string[]): MaybePromise<void>
  /**
   * Makes every entry whose key begins with `prefix`, literally, invalid, and every running computation of such a key;
   * other computations go on. `''` is everything.
   */
  clear(prefix: string): MaybePromise<void>

  /**
   * Tells of every change of the store by anyone, this backend included, from `on` until `off` or until the returned
   * function is called; within about a millisecond where the store tells by itself. What lets a near cache stand
   * before this backend; absent where the store cannot tell.
   */
  follow?(listener: ChangeListener): () => void

  /**
   * Calls whenever another server took over which may not have heard of the latest changes: before anything that was
   * read from it settles. What was confirmed lately is then repeated. Absent where that cannot happen.
   */
  onReplaced?(listener: () => void): () => void

  /** What a person wants to know about a key. Changes nothing. */
  inspect?(key: string): MaybePromise<Inspection>

  /** Never rejects. */
  health(): MaybePromise<BackendHealth>
  /** Idempotent. Closes only what the backend opened. */
  close(): MaybePromise<void>
}
