import type { CacheBackend, Clock, Recorder } from '../contracts/index.js'
import type { Duration } from './duration.js'

export interface ProtectionOptions {
  /**
   * A loader's lease lapses this long after its process died. While the process lives the lease is renewed, so a
   * loader may take longer. @default 30
   */
  readonly lockTtl?: Duration
  /** How long a caller waits for another process's loader. @default 10 */
  readonly maxWait?: Duration
  /**
   * What a caller does after `maxWait`: run his own loader and keep nothing, serve what is stale (else load), or reject
   * with `E_LOCK_TIMEOUT`. @default 'load'
   */
  readonly onMaxWait?: 'load' | 'stale' | 'error'
  /**
   * A loader that takes longer is given up: its signal aborts, its callers get `E_TIMEOUT` (or what is stale), and
   * another may load. @default 600
   */
  readonly maxLoad?: Duration
}

export interface NearOptions {
  /** In process memory, such as a `MemoryBackend`. Nobody else may use it. */
  readonly backend: CacheBackend
  /** A copy is kept no longer than this, and never longer than its value is fresh. @default 30 */
  readonly ttl?: Duration
}

export interface CacheOptions {
  readonly backend: CacheBackend
  /**
   * Copies of what was read are kept in process memory and served from there. The backend must tell of its changes
   * (Redis does): a change of this process is seen at once, one of another within about a millisecond, and while the
   * backend cannot tell no copy is served. @default none
   */
  readonly near?: CacheBackend | NearOptions
  /** A label for events, errors and health. @default the backend's name */
  readonly name?: string
  /** How long a value is fresh when the call does not say. @default '5m' */
  readonly defaultTtl?: Duration
  /** Every lifetime is shortened by a random part of itself, up to this share of it. 0 to 1. @default 0.05 */
  readonly jitter?: number
  /** How long a stale value is kept, to be served when its loader fails. @default none */
  readonly grace?: Duration
  /** After a loader failed and a stale value was served, it is not called again for this long. @default none */
  readonly graceBackoff?: Duration
  /**
   * Refreshes before expiry, by chance: the nearer the end and the slower the loader, the likelier (XFetch; Vattani,
   * Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB 2015). The number is its beta: 1 is
   * the paper's optimum, more is earlier, 0 is off. Readers are served meanwhile, and one refresh runs per key.
   * @default 0
   */
  readonly earlyRefresh?: number
  /**
   * One loader per key across everyone who shares the backend. `false`: every caller of a missing key loads for himself;
   * what is stored is fenced all the same. @default on
   */
  readonly protection?: false | ProtectionOptions
  /** Hears of everything. @default nobody */
  readonly recorder?: Recorder
  readonly clock?: Clock
}

export interface SetOptions {
  /** @default the cache's defaultTtl */
  readonly ttl?: Duration
  /** At most 64, each at most 255 bytes. */
  readonly tags?: readonly string[]
  /** @default the cache's grace */
  readonly grace?: Duration
}

export interface GetOrSetOptions extends SetOptions {
  /** The lifetime of a result that is `null` or `undefined`. @default ttl */
  readonly negativeTtl?: Duration
  /**
   * For this long after its ttl a value is served at once, while it is loaded anew behind the reader's back. Kept like
   * grace. @default none
   */
  readonly staleWhileRevalidate?: Duration
  /** A loader that takes longer lets the stale value be served, if there is one; its result is kept. @default none */
  readonly softTimeout?: Duration
  /** This caller's limit: the stale value, if there is one, else `E_TIMEOUT`. The result is kept. @default none */
  readonly hardTimeout?: Duration
  /** Ends this caller's wait, with `E_ABORTED`. A load that others may share goes on. */
  readonly signal?: AbortSignal
}

/** What a loader is given. */
export interface LoadContext<T = unknown> {
  readonly key: string
  /** Aborts when the result can no longer be stored because the lease was lost. */
  readonly signal: AbortSignal
  /** The value whose time has passed, when there is one. */
  readonly stale: T | undefined
  /** Lifetimes and tags that only the loaded value can tell. Each given one replaces the call's own. */
  setOptions(options: SetOptions): void
  /** The result goes to the callers but not into the cache. */
  skip(): void
  /** The stale value is still right: `return notModified()` keeps it for another ttl. Throws when there is none. */
  notModified(): T
}

export type Loader<T> = (context: LoadContext<T>) => T | Promise<T>

export interface BatchLoadContext {
  /** Aborts when none of the results can be stored any more. */
  readonly signal: AbortSignal
  setOptions(options: SetOptions): void
  skip(): void
}

/** Given the keys that are missing, returns what it found for them. A key it leaves out stays missing. */
export type BatchLoader<T> = (
  keys: readonly string[],
  context: BatchLoadContext,
) =>
  | ReadonlyMap<string, T>
  | Readonly<Record<string, T>>
  | Promise<ReadonlyMap<string, T> | Readonly<Record<string, T>>>
