import { type Codec, isCacheError, type Reading } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Keyspace, Partition } from './keyspace.js'
import { NONCE_BYTES, TAG_MARK_BYTES, TAG_NONCE_BYTES } from './nonce.js'
import type { CheckedRedisOptions } from './options.js'
import type { ServerWatch } from './server-watch.js'
import { Singly } from './singly.js'
import { TagMemory } from './tag-memory.js'
import { type Header, hasEpoch, hasNonce, openEnvelope } from './wire/envelope.js'

/** What the server holds under a key: bytes, and the header if it is valid by the nonces. */
interface Raw {
  readonly bytes: Buffer | null
  readonly header: Header | undefined
  readonly problem: Error | undefined
}

/** Who asked for a key in this tick. */
interface Asker {
  readonly answer: (reading: Reading) => void
  readonly fail: (error: unknown) => void
}

const NOTHING: Raw = { bytes: null, header: undefined, problem: undefined }

const KEYS_PER_COMMAND = 1000
/** Of reads that were asked one by one: few enough that nobody waits long for the others' values. */
const KEYS_TOGETHER = 32

/**
 * Reads and validates. One MGET asks for the value, the epoch and the tags it is expected to have; a second one only
 * for tags that were not expected. Reads share a command if they were asked in the same tick, never later: an answer
 * must not be older than the question.
 */
export class Reader {
  readonly #commands: Commands
  readonly #keys: Keyspace
  readonly #watch: ServerWatch
  readonly #codec: Codec
  readonly #deadlineMs: number
  readonly #singly: Singly
  readonly #tagsOf = new TagMemory()
  #thisTick = new Map<string, Asker[]>()
  /** The tags they expect. */
  #hints: string[] = []

  constructor(commands: Commands, keys: Keyspace, watch: ServerWatch, { codec, readMs }: CheckedRedisOptions) {
    this.#commands = commands
    this.#keys = keys
    this.#watch = watch
    this.#codec = codec
    this.#deadlineMs = readMs
    this.#singly = new Singly(commands, keys)
  }

  read(key: string, tagHint: readonly string[]): Promise<Reading> {
    return new Promise((answer, fail) => {
      const together = this.#thisTick.get(key)
      if (together !== undefined) {
        together.push({ answer, fail })
        return
      }
      if (this.#thisTick.size === 0) process.nextTick(this.#tickEnded)
      this.#thisTick.set(key, [{ answer, fail }])
      for (const tag of tagHint) if (!this.#hints.includes(tag)) this.#hints.push(tag)
    })
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
        const asked = new Promise<readonly Raw[]>((done, failed) => this.#ask(partition, chunk, tagHint, done, failed))
        chunks.push(asked.then(fill))
      }
    }
    await Promise.all(chunks)
    return readings
  }

  /** What was asked in a tick goes out together, some keys at a time: a command costs more than a key. */
  readonly #tickEnded = (): void => {
    const asked = this.#thisTick
    const hints = this.#hints
    this.#thisTick = new Map()
    if (hints.length > 0) this.#hints = []
    const keys = [...asked.keys()]
    if (keys.length === 1) {
      this.#askFor(this.#keys.of(keys[0] as string), keys, hints, asked)
      return
    }
    for (const [partition, group] of this.#keys.group(keys)) {
      for (let from = 0; from < group.keys.length; from += KEYS_TOGETHER)
        this.#askFor(partition, group.keys.slice(from, from + KEYS_TOGETHER), hints, asked)
    }
  }

  #askFor(
    partition: Partition,
    keys: readonly string[],
    hints: readonly string[],
    asked: ReadonlyMap<string, readonly Asker[]>,
  ): void {
    const each = (tell: (asker: Asker, place: number) => void): void => {
      for (const [place, key] of keys.entries()) for (const asker of asked.get(key) ?? []) tell(asker, place)
    }
    this.#ask(
      partition,
      keys,
      hints,
      (raws) => each((asker, place) => asker.answer(this.#decode(keys[place] as string, raws[place] as Raw))),
      (error) => each((asker) => asker.fail(error)),
    )
  }

  /** By callbacks: on the way of a hit a promise is what costs most. */
  #ask(
    partition: Partition,
    keys: readonly string[],
    tagHint: readonly string[],
    done: (raws: readonly Raw[]) => void,
    failed: (error: unknown) => void,
  ): void {
    const tags = this.#expectedTags(keys, tagHint)
    const { changes } = this.#watch
    const names = keys.map((key) => partition.value(key))
    names.push(partition.epoch)
    for (const tag of tags) names.push(partition.tag(tag))
    this.#mget(
      names,
      (answer) => {
        const late = new Map<string, Buffer | null>()
        const unexpected = new Set<string>()
        const placeOf = finderOf(tags)
        const nonceOf = (tag: string): Buffer | null | undefined => {
          const place = placeOf(tag)
          return place < 0 ? late.get(tag) : answer[keys.length + 1 + place]
        }
        const opened = keys.map((key, index) => {
          const bytes = answer[index] ?? null
          const header = bytes === null ? undefined : openEnvelope(bytes)
          if (header !== undefined && !(header instanceof Error)) {
            this.#tagsOf.set(key, header.tags)
            for (const tag of header.tags) if (placeOf(tag) < 0) unexpected.add(tag)
          }
          return { bytes, header }
        })
        const judge = (epoch: Buffer | null): void => {
          // Whoever took over meanwhile may not have heard that a value is not valid any more.
          const trusted = this.#watch.changes === changes
          done(
            opened.map(({ bytes, header }): Raw => {
              if (!trusted) return NOTHING
              if (header === undefined || header instanceof Error) return { bytes, header: undefined, problem: header }
              return { bytes, header: validated(header, epoch, nonceOf), problem: undefined }
            }),
          )
        }
        if (unexpected.size === 0) {
          judge(answer[keys.length] ?? null)
          return
        }
        const more = [partition.epoch, ...[...unexpected].map((tag) => partition.tag(tag))]
        this.#mget(
          more,
          ([epoch, ...found]) => {
            for (const [index, tag] of [...unexpected].entries()) late.set(tag, found[index] ?? null)
            judge(epoch ?? null)
          },
          failed,
        )
      },
      failed,
    )
  }

  #expectedTags(keys: readonly string[], tagHint: readonly string[]): readonly string[] {
    const [key] = keys
    if (key !== undefined && keys.length === 1) {
      const known = this.#tagsOf.get(key)
      if (tagHint.length === 0) return known
      if (known.every((tag) => tagHint.includes(tag))) return tagHint
    }
    const expected = new Set(tagHint)
    for (const one of keys) for (const tag of this.#tagsOf.get(one)) expected.add(tag)
    return [...expected]
  }

  #mget(
    names: readonly string[],
    done: (found: readonly (Buffer | null)[]) => void,
    failed: (error: unknown) => void,
  ): void {
    this.#commands.dispatch(
      'read',
      this.#deadlineMs,
      (client) => client.mgetBuffer(names as string[]),
      undefined,
      names[0],
      done,
      (error) => {
        if (isCacheError(error, 'E_CLUSTER')) this.#singly.get(names, this.#deadlineMs).then(done, failed)
        else failed(error)
      },
    )
  }

  /** Each reader decodes for himself, so that nobody's changes to a value reach another. */
  #decode(key: string, { bytes, header, problem }: Raw): Reading {
    if (header === undefined) {
      return problem === undefined ? { present: false, version: bytes } : { present: false, version: bytes, problem }
    }
    const { tags, createdAt, freshUntil, keepUntil, loadMs } = header
    try {
      const value = this.#codec.decode(header.bytes.subarray(header.payloadAt), header.format, key)
      return { present: true, value, tags, createdAt, freshUntil, keepUntil, loadMs, version: bytes }
    } catch (error) {
      return { present: false, version: bytes, problem: error }
    }
  }
}

/** Where a tag is in a list. A few are looked through, many are looked up. */
function finderOf(tags: readonly string[]): (tag: string) => number {
  if (tags.length <= 16) return (tag) => tags.indexOf(tag)
  const places = new Map(tags.map((tag, place) => [tag, place]))
  return (tag) => places.get(tag) ?? -1
}

/** The header as the nonces leave it: as it is, stale because a tag was expired, or not valid at all. */
function validated(
  header: Header,
  epoch: Buffer | null,
  nonceOf: (tag: string) => Buffer | null | undefined,
): Header | undefined {
  if (!hasEpoch(header, epoch)) return undefined
  let { freshUntil } = header
  const { tags } = header
  for (let place = 0; place < tags.length; place++) {
    const now = nonceOf(tags[place] as string)
    // Shorter than ever written: hostile, and as good as none.
    if (!now || now.length < TAG_MARK_BYTES || !hasNonce(header, place, now, NONCE_BYTES)) return undefined
    if (hasNonce(header, place, now, TAG_NONCE_BYTES)) continue
    freshUntil = Math.min(freshUntil, now.readUIntLE(TAG_NONCE_BYTES, 6))
  }
  if (freshUntil === header.freshUntil) return header
  return header.freshUntil >= header.keepUntil ? undefined : { ...header, freshUntil }
}
