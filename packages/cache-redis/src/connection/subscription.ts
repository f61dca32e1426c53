import type { Cancel, Clock } from '@holdfast/cache-core'
import { Link, type LinkEvents } from './link.js'
import { openListener } from './open-client.js'
import type { RedisLike } from './redis-like.js'

/** In a cluster another server is tried after this. */
const ELSEWHERE_MS = 250

/** Hears what is published on a channel, for ever. In a cluster any server tells what all are told. */
export class Subscription {
  readonly #client: RedisLike
  readonly #clock: Clock
  readonly #channel: string
  readonly #events: LinkEvents
  #link: Link | undefined
  #cancel: Cancel = () => undefined
  #stopped = false

  constructor(client: RedisLike, clock: Clock, channel: string, events: LinkEvents) {
    this.#client = client
    this.#clock = clock
    this.#channel = channel
    this.#events = events
    this.#open()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
    this.#link?.stop()
  }

  readonly #open = (): void => {
    const server = this.#anyServer()
    if (server === undefined) {
      this.#cancel = this.#clock.after(ELSEWHERE_MS, this.#open)
      return
    }
    const link = new Link(openListener(server, this.#clock), this.#clock, (own) => own.subscribe(this.#channel), {
      ...this.#events,
      down: (reason) => {
        this.#events.down(reason)
        // A server of a cluster may be gone for good.
        if (this.#client.nodes === undefined || this.#stopped || this.#link !== link) return
        link.stop()
        this.#cancel = this.#clock.after(ELSEWHERE_MS, this.#open)
      },
    })
    this.#link = link
  }

  #anyServer(): RedisLike | undefined {
    if (this.#client.nodes === undefined) return this.#client
    const masters = this.#client.nodes('master')
    return masters[Math.floor(this.#clock.random() * masters.length)]
  }
}
