import { type Clock, isCacheError } from '@holdfast/cache-core'
import { Deadlines } from '../deadline.js'
import { asCacheError, isScriptUnknown, notAnswering, notSent, timedOut } from '../errors.js'
import type { Script } from '../scripts/script.js'
import type { ServerWatch } from '../server-watch.js'
import type { Breakers } from './breakers.js'
import type { Connection } from './connection.js'
import type { RedisLike } from './redis-like.js'

type Argument = string | Buffer | number

/** Sends commands: waits for the first connection, bounds every answer, and turns every failure into a CacheError. */
export class Commands {
  readonly #connection: Connection
  readonly #deadlines: Deadlines
  readonly #watch: ServerWatch
  readonly #breakers: Breakers | undefined

  /** Without breakers every command is sent, whatever became of those before. */
  constructor(connection: Connection, clock: Clock, watch: ServerWatch, breakers?: Breakers) {
    this.#connection = connection
    this.#deadlines = new Deadlines(clock)
    this.#watch = watch
    this.#breakers = breakers
  }

  get client(): RedisLike {
    return this.#connection.client
  }

  /** Settles once commands can be sent; rejects when they cannot. */
  async ready(op: string): Promise<void> {
    await this.#connection.ready(op)
  }

  /** Whether there is a connection, now or within some time. */
  protected back(withinMs: number): Promise<boolean> {
    return this.#connection.back(withinMs)
  }

  /**
   * Runs one command. It is written to the socket before this returns if the connection stands. `name` is one of the
   * names in Redis that it touches: whose server does not answer is not asked for a while.
   */
  send<T>(
    op: string,
    deadlineMs: number,
    command: (client: RedisLike) => Promise<T>,
    key?: string,
    name?: string,
  ): Promise<T> {
    return new Promise((resolve, reject) => this.dispatch(op, deadlineMs, command, key, name, resolve, reject))
  }

  /** As `send`, for who has a promise already. Neither callback may throw. */
  dispatch<T>(
    op: string,
    deadlineMs: number,
    command: (client: RedisLike) => Promise<T>,
    key: string | undefined,
    name: string | undefined,
    done: (value: T) => void,
    failed: (error: unknown) => void,
  ): void {
    const connection = this.#connection
    const breaker = name === undefined ? undefined : this.#breakers?.of(name)
    let running: Promise<T>
    try {
      const starting = connection.ready(op)
      if (starting !== undefined) {
        const again = (): void => this.dispatch(op, deadlineMs, command, key, name, done, failed)
        starting.then(again, (error: unknown) => failed(notSent(error, op, key)))
        return
      }
      if (breaker?.admits() === false) {
        failed(notAnswering(op, key))
        return
      }
      running = command(connection.client)
    } catch (error) {
      breaker?.notSent()
      failed(asCacheError(error, op, key))
      return
    }
    const deadline = this.#deadlines.start(deadlineMs, () => {
      breaker?.unanswered()
      failed(timedOut(op, deadlineMs, key))
    })
    running.then(
      (value) => {
        breaker?.answered()
        if (name !== undefined) this.#watch.answered(name)
        if (deadline.met()) done(value)
      },
      (error: unknown) => {
        const cause = asCacheError(error, op, key)
        if (cause.code === 'E_TIMEOUT' || cause.code === 'E_UNAVAILABLE') breaker?.unanswered()
        else breaker?.answered()
        if (deadline.met()) failed(cause)
      },
    )
  }

  /** Runs a script by its hash, and by its text when the server does not know it (any more). */
  run(
    script: Script,
    deadlineMs: number,
    keys: readonly string[],
    args: readonly Argument[],
    key?: string,
  ): Promise<unknown> {
    const rest: Argument[] = [keys.length, ...keys, ...args]
    return this.send(
      script.name,
      deadlineMs,
      async (client) => {
        try {
          return await client.callBuffer('EVALSHA', script.sha, ...rest)
        } catch (error) {
          if (!isScriptUnknown(error)) throw error
          return client.callBuffer('EVAL', script.lua, ...rest)
        }
      },
      key,
      keys[0],
    )
  }
}

/** A connection that broke may be back this soon. */
const BACK_WITHIN_MS = 300

/**
 * For commands that may be carried out twice and should not fail for a connection that just broke: waits a moment for
 * the next one and sends again, once.
 */
export class InsistentCommands extends Commands {
  override async send<T>(...args: Parameters<typeof Commands.prototype.send<T>>): Promise<T> {
    try {
      return await super.send<T>(...args)
    } catch (error) {
      if (!isCacheError(error, 'E_UNAVAILABLE') || !(await this.back(BACK_WITHIN_MS))) throw error
      return super.send<T>(...args)
    }
  }
}
