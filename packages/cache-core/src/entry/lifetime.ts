import type { Draft } from '../contracts/index.js'

/** How long a value lives: fresh for `ttlMs`, then stale but kept for `graceMs`. */
export interface Lifetime {
  readonly ttlMs: number
  readonly graceMs: number
}

/**
 * Shortens a lifetime by up to `jitter` of itself, so that entries stored together do not expire together. Never
 * lengthens: what a caller asked for is an upper bound.
 */
export const jittered = (ttlMs: number, jitter: number, random: number): number =>
  jitter === 0 || ttlMs === Number.POSITIVE_INFINITY ? ttlMs : Math.max(1, Math.round(ttlMs * (1 - jitter * random)))

export const draftOf = <T>(
  value: T,
  tags: readonly string[],
  life: Lifetime,
  now: number,
  loadMs: number,
): Draft<T> => ({
  value,
  tags,
  createdAt: now,
  freshUntil: now + life.ttlMs,
  keepUntil: now + life.ttlMs + life.graceMs,
  loadMs,
})
