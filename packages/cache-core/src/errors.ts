/** What a `CacheError` can be about. Codes are stable: they never change their meaning, and none is ever reused. */
export type CacheErrorCode =
  /** A setting or an argument is wrong. Nothing was touched. */
  | 'E_CONFIG'
  /** The cache was closed before the call. */
  | 'E_CLOSED'
  /** The caller's own AbortSignal ended the call. */
  | 'E_ABORTED'
  /** The backend cannot do this at all. */
  | 'E_UNSUPPORTED'
  /** The value cannot be turned into bytes. */
  | 'E_SERIALIZE'
  /** The value is larger than the backend accepts. */
  | 'E_TOO_LARGE'
  /** Another process computed for longer than `maxWait`, and `onMaxWait` is `'error'`. */
  | 'E_LOCK_TIMEOUT'
  /** The store could not be reached. */
  | 'E_UNAVAILABLE'
  /** The store did not answer in time; the command may still take effect. */
  | 'E_TIMEOUT'
  /** Some partitions did not confirm an invalidation. */
  | 'E_INVALIDATION_PARTIAL'
  /** The cluster is being reconfigured. */
  | 'E_CLUSTER'
  /** The server is a read-only replica. */
  | 'E_READONLY'
  /** The server is out of memory and may not evict. */
  | 'E_OOM'
  /** The server refuses writes because of its own persistence or replication settings. */
  | 'E_MISCONF'
  /** The server refused the credentials or the command for this user. */
  | 'E_AUTH'
  /** A script failed on the server, or a key holds another type. */
  | 'E_SCRIPT'
  /** The store answered something that was never promised. */
  | 'E_PROTOCOL'

/** What became of the operation: it did not happen, it may have happened, or a part of it happened. */
export type Outcome = 'not-applied' | 'unknown' | 'applied-partially'

export interface CacheErrorDetails {
  /** The operation that failed, such as `'set'`. */
  readonly op?: string | undefined
  readonly key?: string | undefined
  /** @default 'not-applied' */
  readonly outcome?: Outcome
  /** True when the same call may succeed later without any change. @default false */
  readonly retryable?: boolean
  readonly cause?: unknown
}

const BRAND = Symbol.for('holdfast.CacheError')

/**
 * The one error class of Holdfast. Branded by `Symbol.for`, so that `instanceof` and {@link isCacheError} agree
 * between the ESM and the CJS build inside one process.
 */
export class CacheError extends Error {
  readonly code: CacheErrorCode
  readonly op: string | undefined
  readonly key: string | undefined
  readonly outcome: Outcome
  readonly retryable: boolean

  constructor(code: CacheErrorCode, message: string, details: CacheErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'CacheError'
    this.code = code
    this.op = details.op
    this.key = details.key
    this.outcome = details.outcome ?? 'not-applied'
    this.retryable = details.retryable ?? false
    Object.defineProperty(this, BRAND, { value: true })
  }

  static override [Symbol.hasInstance](candidate: unknown): boolean {
    return isCacheError(candidate)
  }
}

/** True for a `CacheError` of any build of this package, and of the given code when one is named. */
export function isCacheError(error: unknown, code?: CacheErrorCode): error is CacheError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return code === undefined || (error as unknown as CacheError).code === code
}

/** The one way to say that a setting or an argument is wrong: what it is, and what to write instead. */
export const badInput = (what: string, remedy: string, details: CacheErrorDetails = {}): CacheError =>
  new CacheError('E_CONFIG', `${what}. ${remedy}.`, details)

/** The caller's own signal ended the call. */
export const aborted = (signal: AbortSignal, details: CacheErrorDetails = {}): CacheError =>
  new CacheError('E_ABORTED', 'The caller gave up', { cause: signal.reason, ...details })

/** The same error, for an operation of which a part was done before it failed. */
export function partlyDone(error: unknown): unknown {
  if (!(error instanceof CacheError) || error.outcome === 'applied-partially') return error
  const { code, message, op, key, retryable, cause } = error
  return new CacheError(code, message, { op, key, retryable, cause, outcome: 'applied-partially' })
}

/** Codes that speak of the caller or of the value. Every other failure of a store is an outage: reads degrade to a miss. */
const NOT_AN_OUTAGE: ReadonlySet<CacheErrorCode> = new Set([
  'E_CONFIG',
  'E_CLOSED',
  'E_ABORTED',
  'E_UNSUPPORTED',
  'E_SERIALIZE',
  'E_TOO_LARGE',
  'E_LOCK_TIMEOUT',
])

export const isOutage = (error: unknown): boolean => !(isCacheError(error) && NOT_AN_OUTAGE.has(error.code))
