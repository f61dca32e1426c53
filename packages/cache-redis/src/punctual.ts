import type { Clock } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import { timedOut } from './errors.js'
import type { Partition } from './keyspace.js'
import type { Script } from './scripts/script.js'

/**
 * Runs scripts that must not act after their caller has given up: a `set` that a frozen server executes when it thaws
 * would bring back a value that was deleted meanwhile. The first argument tells the server until when the command may
 * be carried out, by the server's own clock, and every answer begins with that clock's time. The clock is judged to be
 * as far ahead as the latest answer shows, which is never too far: an answer only grows older on its way.
 */
export class Punctual {
  readonly #commands: Commands
  readonly #clock: Clock
  /** By how much the clock of a partition's server is ahead of ours, in ms. */
  readonly #ahead = new Map<Partition, number>()

  constructor(commands: Commands, clock: Clock) {
    this.#commands = commands
    this.#clock = clock
  }

  /** The answer without the time. Rejects with `E_TIMEOUT` when nothing was done because it was too late. */
  async run(
    script: Script,
    partition: Partition,
    deadlineMs: number,
    keys: readonly string[],
    args: readonly (string | Buffer | number)[],
    key: string,
  ): Promise<unknown[]> {
    const givenUpAt = this.#clock.now() + deadlineMs
    // The second try is for a clock that was not known, or was set.
    for (const last of [false, true]) {
      const ahead = this.#ahead.get(partition)
      const until = ahead === undefined ? 0 : Math.floor(givenUpAt + ahead)
      // What is left, in quarters: every length of a limit has a timer of its own.
      const quarters = last ? Math.ceil(((givenUpAt - this.#clock.now()) * 4) / deadlineMs) : 4
      const limitMs = (deadlineMs * Math.min(Math.max(quarters, 1), 4)) / 4
      const answer = await this.#commands.run(script, limitMs, keys, [until, ...args], key)
      const [serverNow, ...rest] = answer as [number, ...unknown[]]
      this.#ahead.set(partition, serverNow - this.#clock.now())
      if (String(rest[0]) !== 'late') return rest
      if (last || this.#clock.now() >= givenUpAt) break
    }
    throw timedOut(script.name, deadlineMs, key, 'not-applied')
  }
}
