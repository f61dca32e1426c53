import type { Clock } from '@holdfast/cache-core'
import type { RedisLike } from './redis-like.js'
import { revive } from './revive.js'

/** A link that looks alive and does not answer within this is cut: the longest that it can be down unnoticed. */
const HEARTBEAT_MS = 1000
/** A connection that stands, and over which nothing can be arranged within this, is cut too. */
const ARMED_WITHIN_MS = 2000
/** A server that refused is asked again after this, over a new connection. */
const BUSY_MS = 1000
const UNWILLING_MS = 30_000

export interface LinkEvents {
  /** Everything is heard from now on. */
  readonly up: () => void
  /** Something may go unheard from now on. */
  readonly down: (reason: string) => void
  readonly message: (payload: Buffer | Buffer[] | null) => void
}

/**
 * A connection that only listens, and knows whether it hears everything. It never subscribes by itself: after each
 * connecting `arm` does whatever has to be done first, and subscribes.
 */
export class Link {
  readonly #connection: RedisLike
  readonly #clock: Clock
  readonly #arm: (connection: RedisLike) => Promise<unknown>
  readonly #events: LinkEvents
  #stopTimer = (): void => undefined
  #up = false
  #stopped = false
  readonly #letGo: () => void

  constructor(
    connection: RedisLike,
    clock: Clock,
    arm: (connection: RedisLike) => Promise<unknown>,
    events: LinkEvents,
  ) {
    this.#connection = connection
    this.#clock = clock
    this.#arm = arm
    this.#events = events
    this.#letGo = revive(connection, clock)
    connection.on('error', (error: Error) => this.#break(error.message))
    connection.on('close', () => this.#break('the connection broke'))
    connection.on('messageBuffer', (_channel: Buffer, payload: Buffer | Buffer[] | null) => {
      if (!this.#stopped) events.message(payload)
    })
    connection.on('connect', () => {
      this.#stopTimer()
      this.#stopTimer = clock.after(ARMED_WITHIN_MS, () => this.#cut('no answer to the first commands'))
    })
    connection.on('ready', () => {
      this.#connected().catch((error: unknown) => this.#refused(error))
    })
  }

  get up(): boolean {
    return this.#up
  }

  stop(): void {
    this.#stopped = true
    this.#stopTimer()
    this.#letGo()
    this.#connection.disconnect()
  }

  async #connected(): Promise<void> {
    await this.#arm(this.#connection)
    if (this.#stopped) return
    this.#stopTimer()
    this.#up = true
    this.#watch()
    this.#events.up()
  }

  /** The connection may have broken meanwhile, which mends itself; and the server may be of another mind some day. */
  #refused(error: unknown): void {
    if (this.#stopped) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#break(reason)
    const pauseMs = /^(ERR|NOPERM|NOAUTH)/.test(reason) ? UNWILLING_MS : BUSY_MS
    this.#stopTimer = this.#clock.after(pauseMs, () => this.#connection.disconnect(true))
  }

  #break(reason: string): void {
    this.#stopTimer()
    this.#up = false
    if (!this.#stopped) this.#events.down(reason)
  }

  #watch(): void {
    let alive = false
    this.#connection.ping().then(
      () => {
        alive = true
      },
      () => undefined,
    )
    this.#stopTimer = this.#clock.after(HEARTBEAT_MS, () => {
      if (alive) this.#watch()
      else this.#cut('no answer to a heartbeat')
    })
  }

  #cut(reason: string): void {
    this.#break(reason)
    this.#connection.disconnect(true)
  }
}
