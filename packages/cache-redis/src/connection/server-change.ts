import { serverFacts } from '../server-facts.js'
import type { RedisLike } from './redis-like.js'

/**
 * Notices that the server behind a connection is another one, or was started anew: a replica that took over may not
 * have heard of the latest invalidations, and a snapshot that was loaded is as old as it is.
 */
export class ServerChange {
  readonly #client: RedisLike
  /** Of one server its run id; of a cluster who serves each of some slots. */
  #known: readonly (string | undefined)[] | undefined
  readonly #slots: readonly number[]

  constructor(client: RedisLike, slots: readonly number[]) {
    this.#client = client
    this.#slots = slots
  }

  /**
   * The places, among the slots, whose server has changed since the latest time that `settle` was called with what
   * this resolved to. None at first.
   */
  async look(): Promise<{ readonly changed: readonly number[]; readonly settle: () => void }> {
    const now = await this.#servers()
    const before = this.#known
    const changed =
      before === undefined ? [] : now.flatMap((server, place) => (server === before[place] ? [] : [place]))
    return { changed, settle: () => (this.#known = now) }
  }

  async #servers(): Promise<readonly (string | undefined)[]> {
    const { nodes, slots } = this.#client
    if (nodes === undefined) {
      const { runId } = serverFacts(await this.#client.info('server'))
      return this.#slots.map(() => runId)
    }
    return this.#slots.map((slot) => slots?.[slot]?.[0])
  }
}
