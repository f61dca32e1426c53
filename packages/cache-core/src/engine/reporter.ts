import type { CacheEvent, Recorder } from '../contracts/recorder.js'

/** How often something happened since the cache was created, in this process. */
export interface CacheStats {
  readonly hits: number
  readonly misses: number
  /** Stale values found or served. */
  readonly stale: number
  /** Times a caller joined a load of this process. One who has to look again may join again. */
  readonly joined: number
  /** Times a load of this process waited for another process. */
  readonly waits: number
  /** Times a loader ran. */
  readonly loads: number
  readonly loadFailures: number
  /** Loads behind a reader's back. */
  readonly refreshes: number
  /** Loaded values that the store accepted. */
  readonly stored: number
  /** Loaded values that the store refused because they were invalidated while they were computed. */
  readonly refused: number
  readonly sets: number
  /** Entries removed by key, pattern or clear of this process. */
  readonly removed: number
  readonly tagInvalidations: number
  /** Operations that went on without the store. */
  readonly degraded: number
}

type Counters = { -readonly [Name in keyof CacheStats]: number }

/** Counts always; makes an event object only when somebody listens. */
export class Reporter {
  readonly #recorder: Recorder | undefined
  readonly #counters: Counters = {
    hits: 0,
    misses: 0,
    stale: 0,
    joined: 0,
    waits: 0,
    loads: 0,
    loadFailures: 0,
    refreshes: 0,
    stored: 0,
    refused: 0,
    sets: 0,
    removed: 0,
    tagInvalidations: 0,
    degraded: 0,
  }

  constructor(recorder: Recorder | undefined) {
    this.#recorder = recorder
  }

  /** Whether anybody listens. */
  get heard(): boolean {
    return this.#recorder !== undefined
  }

  hit(key: string): void {
    this.#counters.hits++
    if (this.#recorder) this.#tell({ type: 'hit', key, stale: false })
  }

  staleHit(key: string): void {
    this.#counters.stale++
    if (this.#recorder) this.#tell({ type: 'hit', key, stale: true })
  }

  /** With the problem, if there was something that could not be read. */
  miss(key: string, problem?: unknown): void {
    this.#counters.misses++
    if (this.#recorder === undefined) return
    if (problem !== undefined) this.#tell({ type: 'undecodable', key, error: problem })
    this.#tell({ type: 'miss', key })
  }

  degraded(op: string, key: string | undefined, error: unknown): void {
    this.#counters.degraded++
    if (this.#recorder)
      this.#tell(key === undefined ? { type: 'degraded', op, error } : { type: 'degraded', op, key, error })
  }

  /** Everything that is rare enough to afford an object. */
  report(event: CacheEvent): void {
    this.#count(event)
    if (this.#recorder) this.#tell(event)
  }

  stats(): CacheStats {
    return { ...this.#counters }
  }

  #count(event: CacheEvent): void {
    const counters = this.#counters
    if (event.type === 'joined') counters.joined++
    else if (event.type === 'waiting') counters.waits++
    else if (event.type === 'load') counters.loads++
    else if (event.type === 'load-failed') counters.loadFailures++
    else if (event.type === 'refresh') counters.refreshes++
    else if (event.type === 'served-stale') counters.stale++
    else if (event.type === 'set') counters.sets++
    else if (event.type === 'removed') counters.removed += event.count
    else if (event.type === 'tags-invalidated') counters.tagInvalidations++
    else if (event.type === 'filled') {
      if (event.result === 'stored') counters.stored++
      else if (event.result === 'lost' || event.result === 'stale') counters.refused++
    }
  }

  #tell(event: CacheEvent): void {
    try {
      this.#recorder?.record(event)
    } catch {
      // A recorder changes no answer, whatever it does.
    }
  }
}
