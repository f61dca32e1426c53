import { type Clock, isCacheError } from '@holdfast/cache-core'
import { withDeadline } from '../deadline.js'
import { asCacheError } from '../errors.js'
import type { Script } from '../scripts/script.js'
import type { Connection } from './connection.js'
import type { RedisLike } from './redis-like.js'

type Argument = string | Buffer | number

/** Sends commands: waits for the first connection, bounds every answer, and turns every failure into a CacheError. */
export class Commands {
  readonly #connection: Connection
  readonly #clock: Clock

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection
    this.#clock = clock
  }

  get client(): RedisLike {
    return this.#connection.client
  }

  /** Settles once commands can be sent; rejects when they cannot. */
  async ready(op: string): Promise<void> {
    await this.#connection.ready(op)
  }

  /** Runs one command. It is written to the socket before this returns if the connection stands. */
  async send<T>(op: string, deadlineMs: number, command: (client: RedisLike) => Promise<T>, key?: string): Promise<T> {
    try {
      const starting = this.#connection.ready(op)
      if (starting !== undefined) await starting
      return await withDeadline(command(this.#connection.client), deadlineMs, this.#clock, op, key)
    } catch (error) {
      throw isCacheError(error) ? error : asCacheError(error, op, key)
    }
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
          if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
          return client.callBuffer('EVAL', script.lua, ...rest)
        }
      },
      key,
    )
  }
}
