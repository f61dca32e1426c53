/**
 * A backend's mark on what it holds under a key. Opaque to everyone else: an acquire hands it back, and the backend
 * says `changed` when it now holds something else.
 */
export type Version = unknown

/** A value that is in the cache and valid: not past `keepUntil`, and none of its fences was broken. */
export interface Entry<T = unknown> {
  readonly present: true
  readonly value: T
  readonly tags: readonly string[]
  /** Epoch milliseconds at which the value was stored. */
  readonly createdAt: number
  /** Fresh before this moment, stale from it on. Epoch milliseconds, or `Infinity`. */
  readonly freshUntil: number
  /** Gone from this moment on. Never before `freshUntil`; later by the grace. The backend enforces it. */
  readonly keepUntil: number
  /** How long the loader took, in milliseconds. 0 when the value was set directly. */
  readonly loadMs: number
  readonly version: Version
}

/** Nothing valid is there. `version` still tells an acquire what was there (invalid bytes, or nothing). */
export interface Absent {
  readonly present: false
  readonly version: Version
  /** Why what is there could not be read: foreign, truncated, newer or hostile bytes. */
  readonly problem?: unknown
}

export type Reading<T = unknown> = Entry<T> | Absent

/** A value on its way into a backend. */
export interface Draft<T = unknown> {
  readonly value: T
  readonly tags: readonly string[]
  readonly createdAt: number
  readonly freshUntil: number
  readonly keepUntil: number
  readonly loadMs: number
}
