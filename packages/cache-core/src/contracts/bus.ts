import type { MaybePromise } from './backend.js'

export interface BusListener {
  /** From now on every message is heard. */
  on(): void
  /** Messages may go unheard from now on. `reason` is for a person. */
  off(reason: string): void
  heard(message: string): void
}

/** Carries short messages to every process that shares a store: what `announced` needs. */
export interface Bus {
  /** Settles when the message is on its way to everybody who hears; rejects with a `CacheError` when it may not be. */
  publish(message: string): Promise<void>
  /**
   * Tells of every message, one's own included, from `on` until `off` or until the returned function is called. A
   * connection that was lost unnoticed has to be noticed: say `off` as soon as a message might be missed.
   */
  subscribe(listener: BusListener): () => void
  close(): MaybePromise<void>
}
