import type { Clock } from '@holdfast/cache-core'
import { openTracker } from '../connection/open-client.js'
import type { RedisLike } from '../connection/redis-like.js'

/** Where a server announces what was changed. */
const CHANNEL = '__redis__:invalidate'
/** A link that looks alive and does not answer within this is cut: the longest that changes can go unheard. */
const HEARTBEAT_MS = 1000

export interface TrackerEvents {
  /** Every change of this server is told from now on. */
  readonly armed: () => void
  /** Some changes may go unheard from now on. */
  readonly broken: (reason: string) => void
  /** Names of keys that changed; nothing stands for all of them. */
  readonly changed: (names: readonly Buffer[] | undefined) => void
}

/**
 * One connection on which one server tells which keys under some prefixes were changed by anyone (CLIENT TRACKING,
 * BCAST). The connection redirects the messages to itself: with two, the loss of one would go unnoticed. It speaks
 * RESP2 because ioredis 6 drops these messages in RESP3, and never subscribes by itself, because a connection that
 * subscribes before it tracks hears nothing.
 */
export class Tracker {
  readonly #connection: RedisLike
  readonly #clock: Clock
  readonly #prefixes: readonly string[]
  readonly #events: TrackerEvents
  #stopHeartbeat = (): void => undefined
  #armed = false
  #stopped = false

  constructor(client: RedisLike, clock: Clock, prefixes: readonly string[], events: TrackerEvents) {
    this.#clock = clock
    this.#prefixes = prefixes
    this.#events = events
    const connection = openTracker(client, clock)
    this.#connection = connection
    connection.on('error', (error: Error) => this.#break(error.message))
    connection.on('close', () => this.#break('the connection broke'))
    connection.on('messageBuffer', (_channel: Buffer, names: Buffer[] | null) => {
      if (!this.#stopped) events.changed(names ?? undefined)
    })
    connection.on('ready', () => {
      this.#arm().catch((error: unknown) => this.#refused(error))
    })
  }

  get armed(): boolean {
    return this.#armed
  }

  stop(): void {
    this.#stopped = true
    this.#stopHeartbeat()
    this.#connection.disconnect()
  }

  async #arm(): Promise<void> {
    const connection = this.#connection
    const id = String(await connection.callBuffer('CLIENT', 'ID'))
    const prefixes = this.#prefixes.flatMap((prefix) => ['PREFIX', prefix])
    await connection.callBuffer('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', ...prefixes)
    await connection.subscribe(CHANNEL)
    if (this.#stopped) return
    this.#armed = true
    this.#watch()
    this.#events.armed()
  }

  /** The connection may have broken meanwhile, which mends itself. A server that will not have it is not asked again. */
  #refused(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#break(reason)
    if (/^(ERR|NOPERM|NOAUTH)/.test(reason)) this.stop()
  }

  #break(reason: string): void {
    this.#stopHeartbeat()
    this.#armed = false
    if (!this.#stopped) this.#events.broken(reason)
  }

  #watch(): void {
    let alive = false
    this.#connection.ping().then(
      () => {
        alive = true
      },
      () => undefined,
    )
    this.#stopHeartbeat = this.#clock.after(HEARTBEAT_MS, () => {
      if (alive) this.#watch()
      else this.#cut()
    })
  }

  #cut(): void {
    this.#break('no answer to a heartbeat')
    this.#connection.disconnect(true)
  }
}
