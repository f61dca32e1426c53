import type { Bus, BusListener, Clock } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import { Subscription } from './connection/subscription.js'

/** Messages by PUBLISH. A lost connection is noticed by its end, a silent one by a heartbeat, within two seconds. */
export class RedisBus implements Bus {
  readonly #commands: Commands
  readonly #clock: Clock
  readonly #channel: string
  readonly #deadlineMs: number
  readonly #subscriptions = new Set<Subscription>()

  constructor(commands: Commands, clock: Clock, channel: string, deadlineMs: number) {
    this.#commands = commands
    this.#clock = clock
    this.#channel = channel
    this.#deadlineMs = deadlineMs
  }

  async publish(message: string): Promise<void> {
    await this.#commands.send('announce', this.#deadlineMs, (client) =>
      client.callBuffer('PUBLISH', this.#channel, message),
    )
  }

  subscribe(listener: BusListener): () => void {
    const subscription = new Subscription(this.#commands.client, this.#clock, this.#channel, {
      up: () => listener.on(),
      down: (reason) => listener.off(reason),
      message: (payload) => listener.heard(String(payload)),
    })
    this.#subscriptions.add(subscription)
    return () => {
      subscription.stop()
      this.#subscriptions.delete(subscription)
    }
  }

  /** The connection it publishes on is the backend's. */
  close(): void {
    for (const subscription of this.#subscriptions) subscription.stop()
    this.#subscriptions.clear()
  }
}
