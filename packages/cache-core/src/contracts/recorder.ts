import type { BackendHealth, Filled } from './backend.js'

/** Everything that Holdfast reports, and nothing else is ever reported. */
export type CacheEvent =
  /** Once, soon after a cache over a remote store was made: what it found there, warnings included. */
  | { readonly type: 'started'; readonly store: string; readonly health: BackendHealth }
  | { readonly type: 'hit'; readonly key: string; readonly stale: boolean }
  | { readonly type: 'miss'; readonly key: string }
  /** A caller joined a load of its own process. */
  | { readonly type: 'joined'; readonly key: string }
  /** A load waits for another process. */
  | { readonly type: 'waiting'; readonly key: string; readonly leaseMs: number }
  /** `maxWait` passed, or the key kept changing. */
  | { readonly type: 'wait-ended'; readonly key: string; readonly policy: 'load' | 'stale' | 'error' }
  | { readonly type: 'load'; readonly key: string }
  | { readonly type: 'loaded'; readonly key: string; readonly loadMs: number }
  | { readonly type: 'load-failed'; readonly key: string; readonly error: unknown }
  | { readonly type: 'filled'; readonly key: string; readonly result: Filled | 'skipped' | 'failed' }
  | { readonly type: 'lease-lost'; readonly key: string }
  /** A stale value was served because its loader failed, was too slow, or had failed a moment ago. */
  | {
      readonly type: 'served-stale'
      readonly key: string
      readonly reason: 'failed' | 'slow' | 'backoff'
      readonly error?: unknown
    }
  /** A value is loaded anew behind its reader's back: because it is stale, or will be soon. */
  | { readonly type: 'refresh'; readonly key: string; readonly reason: 'stale' | 'early' }
  /** A caller's time limit passed; the load goes on. */
  | { readonly type: 'timed-out'; readonly key: string; readonly limit: 'soft' | 'hard' }
  | { readonly type: 'set'; readonly key: string }
  | { readonly type: 'removed'; readonly what: 'keys' | 'pattern' | 'all'; readonly count: number }
  | { readonly type: 'tags-invalidated'; readonly tags: readonly string[] }
  | { readonly type: 'expired'; readonly count: number }
  | { readonly type: 'tags-expired'; readonly tags: readonly string[] }
  /** Bytes in the store could not be read: foreign, truncated, newer or hostile. Treated as a miss. */
  | { readonly type: 'undecodable'; readonly key: string; readonly error: unknown }
  /**
   * The store did not confirm so many invalidations of this process. They are tried again; until they are done this
   * process takes what they concern for invalid.
   */
  | { readonly type: 'invalidation-owed'; readonly count: number }
  /** So many of them are done. */
  | { readonly type: 'invalidation-settled'; readonly count: number }
  /** The near cache serves from now on: the store tells of every change. */
  | { readonly type: 'near-on' }
  /** The near cache is empty and not asked, because the store does not tell of its changes. */
  | { readonly type: 'near-off'; readonly reason: string }
  /** The store could not be asked; the operation went on without it. */
  | { readonly type: 'degraded'; readonly op: string; readonly key?: string; readonly error: unknown }

/** The one port through which everything a person wants to see comes out. A recorder that throws changes no answer. */
export interface Recorder {
  record(event: CacheEvent): void
}
