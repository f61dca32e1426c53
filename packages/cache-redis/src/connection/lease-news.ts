import { type Clock, Listeners } from '@holdfast/cache-core'
import { openSubscriber } from './open-client.js'
import type { RedisLike } from './redis-like.js'

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
  #subscriber: RedisLike | undefined
  #up = false
  #closed = false
  #stopPolling: (() => void) | undefined

  constructor(client: RedisLike, clock: Clock, channel: string) {
    this.#client = client
    this.#clock = clock
    this.#channel = channel
  }

  listen(key: string, wake: () => void): () => void {
    this.#connect()
    const stop = this.#waiters.add(key, wake)
    if (!this.#up) this.#poll()
    return stop
  }

  close(): void {
    this.#closed = true
    this.#stopPolling?.()
    this.#subscriber?.disconnect()
    this.#waiters.wakeAll()
  }

  #connect(): void {
    if (this.#subscriber !== undefined || this.#closed) return
    const subscriber = openSubscriber(this.#client, this.#clock)
    this.#subscriber = subscriber
    // The data connection reports what is wrong with the server; here a listener only keeps it from being printed.
    subscriber.on('error', () => undefined)
    subscriber.on('message', (_channel: string, key: string) => this.#waiters.wake(key))
    subscriber.on('close', () => this.#turn(false))
    // `ready` comes before the resubscription is answered, so each time the answer is awaited.
    subscriber.on('ready', () => {
      subscriber.subscribe(this.#channel).then(
        () => this.#turn(true),
        () => undefined,
      )
    })
  }

  #turn(up: boolean): void {
    if (this.#closed) return
    this.#up = up
    this.#waiters.wakeAll()
    if (up) {
      this.#stopPolling?.()
      this.#stopPolling = undefined
    } else {
      this.#poll()
    }
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
