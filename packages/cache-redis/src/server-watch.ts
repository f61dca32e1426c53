import { hashSlot } from './cluster/slot.js'
import type { Connection } from './connection/connection.js'
import { Deadlines } from './deadline.js'
import { asCacheError, timedOut } from './errors.js'
import type { Keyspace, Partition } from './keyspace.js'
import type { CheckedRedisOptions } from './options.js'
import { serverFacts } from './server-facts.js'

/**
 * Notices that another server answers than before: a replica that took over may not have heard of the latest
 * invalidations, and a server that was started anew may have loaded a copy as old as it is. Nothing is read over a new
 * connection before that is known.
 */
export class ServerWatch {
  readonly #connection: Connection
  readonly #keys: Keyspace
  readonly #options: CheckedRedisOptions
  readonly #deadlines: Deadlines
  readonly #cluster: boolean
  readonly #listeners = new Set<() => void>()
  /** Of a cluster: who serves each partition, the master first, as far as it was seen. */
  readonly #servers = new Map<Partition, readonly string[]>()
  readonly #bySlot: ReadonlyMap<number, Partition>
  /** What is to be forgotten before anything else is done. */
  readonly #distrusted = new Set<Partition>()
  #runId: string | undefined
  #changes = 0

  constructor(connection: Connection, keys: Keyspace, options: CheckedRedisOptions) {
    this.#connection = connection
    this.#keys = keys
    this.#options = options
    this.#bySlot = new Map(keys.partitions.map((partition) => [partition.slot, partition]))
    this.#deadlines = new Deadlines(options.clock)
    this.#cluster = connection.client.nodes !== undefined
    if (this.#cluster) connection.client.on('refresh', this.#lookAtSlots)
    else connection.checkFirst(this.#check)
  }

  onReplaced(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Goes up with every change. What was asked before and answered after it is not to be trusted. */
  get changes(): number {
    return this.#changes
  }

  /** A command that touched a name was answered: a redirection may have led it to another server. */
  answered(name: string): void {
    if (!this.#cluster) return
    const partition = this.#bySlot.get(hashSlot(name))
    if (partition !== undefined) this.#look([partition])
  }

  stop(): void {
    this.#connection.client.off('refresh', this.#lookAtSlots)
  }

  readonly #lookAtSlots = (): void => this.#look(this.#keys.partitions)

  #look(partitions: readonly Partition[]): void {
    const { slots } = this.#connection.client
    const changed: Partition[] = []
    for (const partition of partitions) {
      const now = slots?.[partition.slot]
      if (now?.[0] === undefined) continue
      const known = this.#servers.get(partition)
      const same = known?.[0] === now[0]
      // After a redirection the client knows the new master only.
      if (!same || now.length > 1) this.#servers.set(partition, [...now])
      // To another master a slot is moved with all that is in it; a replica may be behind.
      if (!same && known !== undefined && (known.length === 1 || known.includes(now[0]))) changed.push(partition)
    }
    if (changed.length > 0) this.#replaced(changed)
  }

  #replaced(partitions: readonly Partition[]): void {
    this.#changes++
    if (this.#options.onServerChange === 'clear') {
      for (const partition of partitions) this.#distrusted.add(partition)
      if (this.#cluster) this.#connection.checkFirst(this.#check)
    }
    for (const listener of this.#listeners) listener()
  }

  /** Settles when it is known who answers, and what is not trusted is forgotten. */
  readonly #check = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const { invalidateMs } = this.#options
      const deadline = this.#deadlines.start(invalidateMs, () => reject(timedOut('hello', invalidateMs)))
      this.#checkServer().then(
        () => deadline.met() && resolve(),
        (error: unknown) => deadline.met() && reject(error),
      )
    })

  async #checkServer(): Promise<void> {
    if (!this.#cluster) {
      const runId = await this.#askRunId()
      const known = this.#runId
      this.#runId = runId
      if (known !== undefined && (known !== runId || runId === UNKNOWN)) this.#replaced(this.#keys.partitions)
    }
    for (const partition of [...this.#distrusted]) {
      await this.#connection.client.unlink([partition.epoch])
      this.#distrusted.delete(partition)
    }
  }

  async #askRunId(): Promise<string> {
    try {
      return serverFacts(await this.#connection.client.info('server')).runId ?? UNKNOWN
    } catch (error) {
      const { code } = asCacheError(error, 'hello')
      if (code === 'E_TIMEOUT' || code === 'E_UNAVAILABLE') throw error
      // A user who may not ask: every new connection may lead to another server.
      return UNKNOWN
    }
  }
}

const UNKNOWN = ''
