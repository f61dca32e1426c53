import type { Clock } from '@holdfast/cache-core'
import { hashSlot } from '../cluster/slot.js'
import { Breaker } from './breaker.js'
import type { RedisLike } from './redis-like.js'

/** A breaker for each server: in a cluster one master's silence says nothing about the others. */
export class Breakers {
  readonly #client: RedisLike
  readonly #clock: Clock
  readonly #only: Breaker | undefined
  readonly #byServer = new Map<string, Breaker>()
  readonly #watched = new Map<RedisLike, () => void>()

  constructor(client: RedisLike, clock: Clock) {
    this.#client = client
    this.#clock = clock
    if (client.nodes === undefined) {
      this.#only = new Breaker(clock)
      this.#watch(client, this.#only)
      return
    }
    for (const node of client.nodes('all')) this.#arrived(node)
    client.on('+node', this.#arrived)
    client.on('-node', this.#left)
  }

  /** That of the server which holds a name; nothing while nobody knows which one does. */
  of(name: string): Breaker | undefined {
    if (this.#only !== undefined) return this.#only
    const server = this.#client.slots?.[hashSlot(name)]?.[0]
    return server === undefined ? undefined : this.#ofServer(server)
  }

  stop(): void {
    this.#client.off('+node', this.#arrived)
    this.#client.off('-node', this.#left)
    for (const node of this.#watched.keys()) this.#left(node)
    this.#only?.stop()
    for (const breaker of this.#byServer.values()) breaker.stop()
  }

  #ofServer(server: string): Breaker {
    let breaker = this.#byServer.get(server)
    if (breaker === undefined) {
      breaker = new Breaker(this.#clock)
      this.#byServer.set(server, breaker)
    }
    return breaker
  }

  readonly #arrived = (node: RedisLike): void => {
    if (!this.#watched.has(node)) this.#watch(node, this.#ofServer(`${node.options.host}:${node.options.port}`))
  }

  readonly #left = (node: RedisLike): void => {
    const connected = this.#watched.get(node)
    if (connected !== undefined) node.off('ready', connected)
    this.#watched.delete(node)
  }

  /** A new connection ends its breaker's pause. */
  #watch(node: RedisLike, breaker: Breaker): void {
    const connected = (): void => breaker.answered()
    node.on('ready', connected)
    this.#watched.set(node, connected)
  }
}
