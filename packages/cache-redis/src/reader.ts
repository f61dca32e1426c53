import type { Codec, Reading } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Keyspace, Partition } from './keyspace.js'
import { NONCE_BYTES, TAG_NONCE_BYTES } from './nonce.js'
import type { CheckedRedisOptions } from './options.js'
import { Singly } from './singly.js'
import { TagMemory } from './tag-memory.js'
import { type Header, openEnvelope, writeIdOf } from './wire/envelope.js'

/** What the server holds under a key: bytes, and the header if it is valid by the nonces. */
interface Raw {
  readonly bytes: Buffer | null
  readonly header: Header | undefined
  readonly problem: Error | undefined
}

const KEYS_PER_COMMAND = 1000

/**
 * Reads and validates. One MGET asks for the value, the epoch and the tags it is expected to have; a second one only
 * for tags that were not expected. Two reads of a key share one command if they were asked in the same tick, never
 * later: an answer must not be older than the question.
 */
export class Reader {
  readonly #commands: Commands
  readonly #keys: Keyspace
  readonly #codec: Codec
  readonly #deadlineMs: number
  readonly #singly: Singly
  readonly #tagsOf = new TagMemory()
  readonly #thisTick = new Map<string, Promise<Raw>>()
  /** Hears of bytes that could not be read. */
  undecodable: (key: string, error: unknown) => void = () => undefined

  constructor(commands: Commands, keys: Keyspace, { codec, readMs }: CheckedRedisOptions) {
    this.#commands = commands
    this.#keys = keys
    this.#codec = codec
    this.#deadlineMs = readMs
    this.#singly = new Singly(commands, keys)
  }

  async read(key: string, tagHint: readonly string[]): Promise<Reading> {
    let raw = this.#thisTick.get(key)
    if (raw === undefined) {
      raw = this.#ask(this.#keys.of(key), [key], tagHint).then((answers) => answers[0] as Raw)
      this.#thisTick.set(key, raw)
      process.nextTick(() => this.#thisTick.delete(key))
    }
    return this.#decode(key, await raw)
  }

  async readMany(keys: readonly string[], tagHint: readonly string[]): Promise<readonly Reading[]> {
    const readings = new Array<Reading>(keys.length)
    const chunks: Promise<void>[] = []
    for (const [partition, group] of this.#keys.group(keys)) {
      for (let from = 0; from < group.keys.length; from += KEYS_PER_COMMAND) {
        const chunk = group.keys.slice(from, from + KEYS_PER_COMMAND)
        const fill = (answers: readonly Raw[]): void => {
          for (const [index, raw] of answers.entries())
            readings[group.places[from + index] as number] = this.#decode(chunk[index] as string, raw)
        }
        chunks.push(this.#ask(partition, chunk, tagHint).then(fill))
      }
    }
    await Promise.all(chunks)
    return readings
  }

  async #ask(partition: Partition, keys: readonly string[], tagHint: readonly string[]): Promise<readonly Raw[]> {
    const expected = new Set(tagHint)
    for (const key of keys) for (const tag of this.#tagsOf.get(key)) expected.add(tag)
    const tags = [...expected]
    const values = keys.map((key) => partition.value(key))
    const answer = await this.#mget([...values, partition.epoch, ...tags.map((tag) => partition.tag(tag))])

    const nonces = new Map(tags.map((tag, index) => [tag, answer[values.length + 1 + index] ?? null]))
    let epoch = answer[values.length] ?? null
    const opened = keys.map((_, index) => {
      const bytes = answer[index] ?? null
      return { bytes, header: bytes === null ? undefined : openEnvelope(bytes) }
    })
    const unexpected = new Set<string>()
    opened.forEach(({ header }, index) => {
      if (header === undefined || header instanceof Error) return
      this.#tagsOf.set(keys[index] as string, header.tags)
      for (const tag of header.tags) if (!nonces.has(tag)) unexpected.add(tag)
    })
    if (unexpected.size > 0) {
      const more = await this.#mget([partition.epoch, ...[...unexpected].map((tag) => partition.tag(tag))])
      epoch = more[0] ?? null
      for (const [index, tag] of [...unexpected].entries()) nonces.set(tag, more[index + 1] ?? null)
    }
    return opened.map(({ bytes, header }): Raw => {
      if (header === undefined || header instanceof Error) return { bytes, header: undefined, problem: header }
      return { bytes, header: validated(header, epoch, nonces), problem: undefined }
    })
  }

  #mget(keys: string[]): Promise<(Buffer | null)[]> {
    const whole = this.#commands.send('read', this.#deadlineMs, (client) => client.mgetBuffer(keys))
    return this.#singly.instead(whole, () => this.#singly.get(keys, this.#deadlineMs))
  }

  /** Each reader decodes for himself, so that nobody's changes to a value reach another. */
  #decode(key: string, { bytes, header, problem }: Raw): Reading {
    if (header === undefined) {
      if (problem !== undefined) this.undecodable(key, problem)
      return { present: false, version: writeIdOf(bytes) }
    }
    const { tags, createdAt, freshUntil, keepUntil, loadMs, writeId: version } = header
    try {
      const value = this.#codec.decode(header.payload, header.format)
      return { present: true, value, tags, createdAt, freshUntil, keepUntil, loadMs, version }
    } catch (error) {
      this.undecodable(key, error)
      return { present: false, version }
    }
  }
}

/** The header as the nonces leave it: as it is, stale because a tag was expired, or not valid at all. */
function validated(
  header: Header,
  epoch: Buffer | null,
  nonces: ReadonlyMap<string, Buffer | null>,
): Header | undefined {
  if (epoch?.equals(header.epoch) !== true) return undefined
  let { freshUntil } = header
  for (const [index, tag] of header.tags.entries()) {
    const now = nonces.get(tag)
    const then = header.tagNonces[index] as Buffer
    if (now?.subarray(0, NONCE_BYTES).equals(then.subarray(0, NONCE_BYTES)) !== true) return undefined
    if (now.subarray(0, TAG_NONCE_BYTES).equals(then)) continue
    freshUntil = Math.min(freshUntil, now.readUIntLE(TAG_NONCE_BYTES, 6))
  }
  if (freshUntil === header.freshUntil) return header
  return header.freshUntil >= header.keepUntil ? undefined : { ...header, freshUntil }
}
