import { isCacheError } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { RedisLike } from './connection/redis-like.js'
import type { Keyspace, Partition } from './keyspace.js'
import { leaseToken, nonce, tagNonce } from './nonce.js'
import { nonceTtl, type Packed } from './packer.js'
import type { Punctual } from './punctual.js'
import { EXPIRE_TAGS } from './scripts/expire.js'
import { RELEASE } from './scripts/leases.js'
import { OFFER_NONCE } from './scripts/offer-nonce.js'
import { WRITE_ALONE } from './scripts/write.js'
import { sealEnvelope } from './wire/envelope.js'

/** Long enough for the few commands of a write. */
const WRITE_LEASE_MS = 10_000

/**
 * While a slot is on its way to another master, a command with several keys may find some here and some there, and is
 * refused; commands with one key always find it. These are the operations that must not fail for that, key by key. A
 * fill is not among them: it has to compare and store in one step, so what is loaded meanwhile is not kept.
 */
export class Singly {
  readonly #commands: Commands
  readonly #keys: Keyspace

  constructor(commands: Commands, keys: Keyspace) {
    this.#commands = commands
    this.#keys = keys
  }

  /** Runs `whole`; if the slot is on the move, `singly`. */
  async instead<T>(whole: Promise<T>, singly: () => Promise<T>): Promise<T> {
    try {
      return await whole
    } catch (error) {
      if (!isCacheError(error, 'E_CLUSTER')) throw error
      return singly()
    }
  }

  async get(names: readonly string[], deadlineMs: number): Promise<(Buffer | null)[]> {
    const ask = (name: string) => (client: RedisLike) => client.callBuffer('GET', name) as Promise<Buffer | null>
    const get = (name: string) => this.#commands.send('read', deadlineMs, ask(name), undefined, name)
    return Promise.all(names.map(get))
  }

  /** The lease goes first: from then on no computation from before can store anything. */
  async remove(partition: Partition, key: string, deadlineMs: number): Promise<boolean> {
    await this.unlink('delete', [partition.lease(key)], deadlineMs)
    const removed = await this.unlink('delete', [partition.value(key)], deadlineMs)
    await this.#tell('delete', key, deadlineMs)
    return removed > 0
  }

  /** In this order: the general nonce must be gone before a particular one, or a late tag could slip in between. */
  async unlink(op: string, names: readonly string[], deadlineMs: number): Promise<number> {
    let count = 0
    for (const name of names)
      count += await this.#commands.send(op, deadlineMs, (client) => client.unlink([name]), undefined, name)
    return count
  }

  async expireTags(names: readonly string[], [at, ...periods]: readonly Buffer[], deadlineMs: number): Promise<void> {
    const expire = (name: string, index: number) =>
      this.#commands.run(EXPIRE_TAGS, deadlineMs, [name], [at as Buffer, periods[index] as Buffer])
    await Promise.all(names.map(expire))
  }

  /**
   * Takes the key's lease, whoever has it, so that no computation from before can store anything; then collects the
   * nonces, stores, and gives the lease back.
   */
  async write(
    punctual: Punctual,
    partition: Partition,
    key: string,
    { parts, ttlMs, tags }: Packed,
    deadlineMs: number,
  ): Promise<void> {
    const token = leaseToken()
    const send = (command: string, ...args: (string | Buffer | number)[]) =>
      this.#commands.send('set', deadlineMs, (client) => client.callBuffer(command, ...args), key)
    const offer = (name: string, offered: Buffer) =>
      this.#commands.run(OFFER_NONCE, deadlineMs, [name], [offered, nonceTtl(ttlMs)], key) as Promise<Buffer>
    await send('SET', partition.lease(key), token, 'PX', WRITE_LEASE_MS)
    const epoch = await offer(partition.epoch, nonce())
    const nonces = await Promise.all(tags.map((tag) => offer(partition.tag(tag), tagNonce())))
    const envelope = sealEnvelope(parts, epoch, nonces)
    await punctual.run(WRITE_ALONE, partition, deadlineMs, [partition.value(key)], [ttlMs, envelope], key)
    await this.#commands.run(RELEASE, deadlineMs, [partition.lease(key)], [token, this.#keys.channel, key], key)
    await this.#tell('set', key, deadlineMs)
  }

  /** Whether anybody waited is not known here, so whoever does is told. */
  async #tell(op: string, key: string, deadlineMs: number): Promise<void> {
    await this.#commands.send(op, deadlineMs, (client) => client.callBuffer('PUBLISH', this.#keys.channel, key))
  }
}
