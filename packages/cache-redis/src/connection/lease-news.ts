import { type Clock, Listeners } from '@holdfast/cache-core'
import { openSubscriber } from './open-client.js'
import type { RedisLike } from './redis-like.js'

/** While the link is down, waiters look for themselves this often. */
const BLIND_POLL_MS = 50
/** A link that looks alive and does not answer within this is cut. Asked only while somebody waits. */
const HEARTBEAT_MS = 1000

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
  #stopHeartbeat: (() => void) | undefined

  constructor(client: RedisLike, clock: Clock, channel: string) {
    this.#client = client
    this.#clock = clock
    this.#channel = channel
  }

  listen(key: string, wake: () => void): () => void {
    this.#connect()
    const stop = this.#waiters.add(key, wake)
    if (this.#up) this.#watch()
    else this.#poll()
    return stop
  }

  close(): void {
    this.#closed = true
    this.#stopPolling?.()
    this.#stopHeartbeat?.()
    this.#subscriber?.disconnect()
    this.#waiters.wakeAll()
  }

  #connect(): void {
    if (this.#subscriber !== undefined || this.#closed) return
    const subscriber = openSubscriber(this.#client, this.#clock)
    if (subscriber === undefined) return
    this.#subscriber = subscriber
    // The data connection reports what is wrong with the server; here a listener only keeps it from being printed.
    subscriber.on('error', () => undefined)
    subscriber.on('message', (_channel: string, key: string) => this.#waiters.wake(key))
    subscriber.on('close', () => this.#turn(false))
    // It does not try again: the next poll opens another.
    subscriber.on('end', () => {
      this.#subscriber = undefined
    })
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
      this.#watch()
    } else {
      this.#stopHeartbeat?.()
      this.#stopHeartbeat = undefined
      this.#poll()
    }
  }

  #poll(): void {
    if (this.#stopPolling !== undefined || this.#closed || this.#waiters.size === 0) return
    this.#stopPolling = this.#clock.after(BLIND_POLL_MS * (0.75 + this.#clock.random() * 0.5), () => {
      this.#stopPolling = undefined
      this.#connect()
      this.#waiters.wakeAll()
      this.#poll()
    })
  }

  /** Asks for a sign of life, and cuts the link if there was none by the next time. */
  #watch(): void {
    const subscriber = this.#subscriber
    if (this.#stopHeartbeat !== undefined || this.#closed || this.#waiters.size === 0 || subscriber === undefined)
      return
    let alive = false
    subscriber.ping().then(
      () => {
        alive = true
      },
      () => undefined,
    )
    this.#stopHeartbeat = this.#clock.after(HEARTBEAT_MS, () => {
      this.#stopHeartbeat = undefined
      if (alive) this.#watch()
      else subscriber.disconnect(true)
    })
  }
}
