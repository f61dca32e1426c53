import { type Clock, Listeners } from '@holdfast/cache-core'
import type { RedisLike } from './redis-like.js'
import { Subscription } from './subscription.js'

/** While the link is down, waiters look for themselves this often. */
const BLIND_POLL_MS = 50

/**
 * Who waits for the end of which lease, and the subscription that tells. The connection is made with the first waiter.
 * When the link comes up or breaks every waiter is awakened, because news may have been missed; while it is down they
 * are awakened at intervals.
 */
export class LeaseNews {
  readonly #client: RedisLike
  readonly #clock: Clock
  readonly #channel: string
  readonly #waiters = new Listeners()
  #subscription: Subscription | undefined
  #up = false
  #closed = false
  #stopPolling: (() => void) | undefined

  constructor(client: RedisLike, clock: Clock, channel: string) {
    this.#client = client
    this.#clock = clock
    this.#channel = channel
  }

  listen(key: string, wake: () => void): () => void {
    if (!this.#closed)
      this.#subscription ??= new Subscription(this.#client, this.#clock, this.#channel, {
        up: () => this.#turn(true),
        // What is wrong with the server is told by the data connection.
        down: () => this.#turn(false),
        message: (key) => this.#waiters.wake(String(key)),
      })
    const stop = this.#waiters.add(key, wake)
    if (!this.#up) this.#poll()
    return stop
  }

  close(): void {
    this.#closed = true
    this.#stopPolling?.()
    this.#subscription?.stop()
    this.#waiters.wakeAll()
  }

  #turn(up: boolean): void {
    if (this.#closed) return
    this.#up = up
    this.#waiters.wakeAll()
    if (!up) {
      this.#poll()
      return
    }
    this.#stopPolling?.()
    this.#stopPolling = undefined
  }

  #poll(): void {
    if (this.#stopPolling !== undefined || this.#closed || this.#waiters.size === 0) return
    this.#stopPolling = this.#clock.after(BLIND_POLL_MS * (0.75 + this.#clock.random() * 0.5), () => {
      this.#stopPolling = undefined
      this.#waiters.wakeAll()
      this.#poll()
    })
  }
}
