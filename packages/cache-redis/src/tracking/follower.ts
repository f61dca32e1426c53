import type { ChangeListener, Clock } from '@holdfast/cache-core'
import type { Link } from '../connection/link.js'
import type { RedisLike } from '../connection/redis-like.js'
import type { Keyspace } from '../keyspace.js'
import { track } from './tracker.js'

const ALL = 'all'

/**
 * Tells a listener of every change of the keyspace, by one tracker per server that holds data of ours. It is on only
 * while every one of them is armed.
 */
export class Follower {
  readonly #client: RedisLike
  readonly #clock: Clock
  readonly #keys: Keyspace
  readonly #listener: ChangeListener
  readonly #trackers = new Map<string, Link>()
  #on = false
  #stopped = false

  constructor(client: RedisLike, clock: Clock, keys: Keyspace, listener: ChangeListener) {
    this.#client = client
    this.#clock = clock
    this.#keys = keys
    this.#listener = listener
    if (client.nodes === undefined) {
      this.#track(ALL, client)
      return
    }
    for (const event of ['ready', 'refresh', '+node', '-node']) client.on(event, this.#reconcile)
    this.#reconcile()
  }

  stop(): void {
    this.#stopped = true
    for (const event of ['ready', 'refresh', '+node', '-node']) this.#client.off(event, this.#reconcile)
    for (const tracker of this.#trackers.values()) tracker.stop()
    this.#trackers.clear()
  }

  /** Makes the trackers those of the masters there are now. */
  readonly #reconcile = (): void => {
    const masters = new Map(
      (this.#client.nodes?.('master') ?? []).map((node) => [`${node.options.host}:${node.options.port}`, node]),
    )
    for (const [name, tracker] of this.#trackers) {
      if (masters.has(name)) continue
      tracker.stop()
      this.#trackers.delete(name)
    }
    for (const [name, node] of masters) if (!this.#trackers.has(name)) this.#track(name, node)
    this.#judge('')
  }

  #track(name: string, server: RedisLike): void {
    const tracker = track(server, this.#clock, this.#keys.trackedPrefixes, {
      armed: () => this.#judge(''),
      broken: (reason) => this.#judge(reason),
      changed: (names) => this.#tell(names),
    })
    this.#trackers.set(name, tracker)
  }

  #judge(reason: string): void {
    if (this.#stopped) return
    const trackers = [...this.#trackers.values()]
    const on = trackers.length > 0 && trackers.every(({ up }) => up)
    if (on && !this.#on) this.#listener.on()
    // What was never on and has not failed either is only not ready yet.
    if (!on && (this.#on || reason !== '')) this.#listener.off(reason || 'the servers changed')
    this.#on = on
  }

  #tell(names: readonly Buffer[] | undefined): void {
    if (this.#stopped || !this.#on) return
    if (names === undefined) {
      this.#listener.allChanged()
      return
    }
    const keys: string[] = []
    const tags: string[] = []
    for (const name of names) {
      const meaning = this.#keys.meaningOf(name.toString())
      if (meaning?.kind === 'value') keys.push(meaning.name)
      else if (meaning?.kind === 'tag') tags.push(meaning.name)
      else if (meaning?.kind === 'epoch') this.#listener.allChanged()
    }
    if (keys.length > 0) this.#listener.keysChanged(keys)
    if (tags.length > 0) this.#listener.tagsChanged([...new Set(tags)])
  }
}
