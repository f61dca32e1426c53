import { CacheError, type Clock } from '@holdfast/cache-core'
import { asCacheError } from '../errors.js'
import type { CheckedRedisOptions } from '../options.js'
import { coalesceWrites } from './coalesce-writes.js'
import { openClient } from './open-client.js'
import { quietAsking } from './quiet-asking.js'
import type { RedisLike } from './redis-like.js'
import { revive } from './revive.js'

/** At most so many of an event are ours: no warning of a leak when many caches share a client of the user's. */
const LISTENERS = 5

function allowListeners(client: RedisLike, more: number): void {
  const allowed = client.getMaxListeners?.() ?? 0
  if (allowed > 0) client.setMaxListeners?.(allowed + more)
}

/**
 * The data connection: ours, or the user's, which is never closed. Until the first connection stood or failed, calls
 * wait for it; afterwards a call without a connection fails at once, with the latest reason as its cause.
 */
export class Connection {
  readonly client: RedisLike
  readonly #clock: Clock
  readonly #owned: boolean
  #lastError: unknown
  /** Who waits for the connection to be back. */
  readonly #awaiting = new Set<() => void>()
  #starting: Promise<void> | undefined
  #check: (() => Promise<void>) | undefined
  #mustCheck = false
  #checking: Promise<void> | undefined
  #closed = false
  readonly #letGo: () => void

  constructor(options: CheckedRedisOptions) {
    this.#clock = options.clock
    this.#owned = options.client === undefined
    this.client = options.client ?? openClient(options)
    this.#letGo = this.#owned ? revive(this.client, options.clock) : () => undefined
    allowListeners(this.client, LISTENERS)
    quietAsking(this.client)
    if (options.coalesceWrites) coalesceWrites(this.client)
    this.client.on('error', this.#remember)
    this.client.on('ready', this.#forget)
    if (this.client.status !== 'ready') this.#starting = this.#start(options)
    // A lazy client connects with its first command, and none is sent before it stands.
    if (this.client.status === 'wait') this.client.connect().catch(this.#remember)
  }

  /**
   * From now on nothing is sent over a new connection before a check of it has succeeded. A check that failed is made
   * again for the next call.
   */
  checkFirst(check: () => Promise<void>): void {
    this.#check = check
    this.#mustCheck = true
  }

  /** Nothing to wait for, or the wait. Rejects when there is no connection. */
  ready(op: string): Promise<void> | undefined {
    if (this.#closed) throw new CacheError('E_CLOSED', 'The Redis backend is closed. Create another one.', { op })
    if (this.client.status === 'ready') return this.#mustCheck ? this.#checked() : undefined
    const starting = this.#starting
    if (starting === undefined) throw this.#unavailable(op)
    return starting.then(() => {
      if (this.client.status !== 'ready') throw this.#unavailable(op)
      return this.#mustCheck ? this.#checked() : undefined
    })
  }

  #checked(): Promise<void> {
    this.#checking ??= (this.#check as () => Promise<void>)()
      .then(() => {
        this.#mustCheck = false
      })
      .finally(() => {
        this.#checking = undefined
      })
    return this.#checking
  }

  /** Whether the connection stands, now or within some time. */
  back(withinMs: number): Promise<boolean> {
    if (this.#closed || this.client.status === 'ready') return Promise.resolve(!this.#closed)
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        this.#awaiting.delete(done)
        resolve(!this.#closed && this.client.status === 'ready')
      }
      const cancel = this.#clock.after(withinMs, done)
      this.#awaiting.add(done)
    })
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.client.off('ready', this.#forget)
    this.#letGo()
    allowListeners(this.client, -LISTENERS)
    if (this.#owned) this.client.disconnect()
    // Our own client may still report the end of its socket; a listener stays so that nobody prints it.
    else this.client.off('error', this.#remember)
  }

  readonly #remember = (error: unknown): void => {
    this.#lastError = error
  }

  readonly #forget = (): void => {
    this.#lastError = undefined
    if (this.#check !== undefined) this.#mustCheck = true
    for (const done of [...this.#awaiting]) done()
  }

  /** Settles when the first attempt to connect succeeded or failed, or took too long. */
  #start({ clock, startupMs }: CheckedRedisOptions): Promise<void> {
    const { client } = this
    return new Promise<void>((resolve) => {
      const done = (): void => {
        cancel()
        client.off('ready', done)
        client.off('error', done)
        client.off('end', done)
        this.#starting = undefined
        resolve()
      }
      const cancel = clock.after(startupMs, done)
      client.on('ready', done)
      client.on('error', done)
      client.on('end', done)
    })
  }

  #unavailable(op: string): CacheError {
    const cause = this.#lastError
    if (cause !== undefined) return asCacheError(cause, op)
    return new CacheError(
      'E_UNAVAILABLE',
      `Redis: ${op} failed: there is no connection (${this.client.status}). Check that the server runs and can be reached.`,
      {
        op,
        retryable: true,
      },
    )
  }
}
