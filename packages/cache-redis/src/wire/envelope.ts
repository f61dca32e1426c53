import type { Draft, Encoded } from '@holdfast/cache-core'
import { NONCE_BYTES, TAG_NONCE_BYTES } from '../nonce.js'

/**
 * Wire format 1, little endian:
 *
 *      0 u8  magic 0xCA         1 u8  version 1       2 u8  flags, none yet      3 u8  format of the codec (low nibble)
 *      4 u48 createdAt, ms     10 u48 fresh for, ms  16 u48 kept for, ms        22 u16 length of header and tag table
 *     24 8B  write id          32 8B  epoch nonce    40 u32 payload bytes       44 u32 raw bytes, before compression
 *     48 u32 loadMs            52 u8  count of tags  53 3B  reserved, 0
 *     56 per tag: 16B nonce, u8 length, UTF-8 name. Then the payload.
 *
 * A lifetime of all ones is for ever. A reader treats anything it does not know as a miss.
 */
export const MAGIC = 0xca
export const VERSION = 1
export const HEADER_BYTES = 56
export const WRITE_ID_AT = 24
const FOREVER = 2 ** 48 - 1
const MAX_U32 = 2 ** 32 - 1

/** What stands before the epoch nonce, between it and the tags, and after each tag's nonce. */
export interface EnvelopeParts {
  readonly head: Buffer
  readonly middle: Buffer
  /** Per tag: length and name. */
  readonly tags: readonly Buffer[]
  readonly payload: Buffer
}

const lifetime = (ms: number): number =>
  ms === Number.POSITIVE_INFINITY ? FOREVER : Math.min(Math.max(0, Math.round(ms)), FOREVER - 1)

export function envelopeParts(draft: Draft, encoded: Encoded, writeId: Buffer): EnvelopeParts {
  const tags = draft.tags.map((tag) => {
    const name = Buffer.from(tag)
    return Buffer.concat([Buffer.of(name.length), name])
  })
  const headerBytes = tags.reduce((sum, tag) => sum + TAG_NONCE_BYTES + tag.length, HEADER_BYTES)
  const head = Buffer.alloc(WRITE_ID_AT + NONCE_BYTES)
  head[0] = MAGIC
  head[1] = VERSION
  head[3] = encoded.format & 0x0f
  head.writeUIntLE(draft.createdAt, 4, 6)
  head.writeUIntLE(lifetime(draft.freshUntil - draft.createdAt), 10, 6)
  head.writeUIntLE(lifetime(draft.keepUntil - draft.createdAt), 16, 6)
  head.writeUInt16LE(headerBytes, 22)
  writeId.copy(head, WRITE_ID_AT)
  const middle = Buffer.alloc(HEADER_BYTES - head.length - NONCE_BYTES)
  middle.writeUInt32LE(encoded.bytes.length, 0)
  middle.writeUInt32LE(encoded.bytes.length, 4)
  middle.writeUInt32LE(Math.min(MAX_U32, Math.round(draft.loadMs)), 8)
  middle[12] = tags.length
  return { head, middle, tags, payload: encoded.bytes }
}

/** The whole envelope, for a writer who knows the nonces. */
export function sealEnvelope(parts: EnvelopeParts, epoch: Buffer, tagNonces: readonly Buffer[]): Buffer {
  const table = parts.tags.flatMap((tag, index) => [(tagNonces[index] as Buffer).subarray(0, TAG_NONCE_BYTES), tag])
  return Buffer.concat([parts.head, epoch, parts.middle, ...table, parts.payload])
}

export interface Header {
  readonly format: number
  readonly createdAt: number
  readonly freshUntil: number
  readonly keepUntil: number
  readonly loadMs: number
  readonly tags: readonly string[]
  /** Where the nonce of each tag begins. */
  readonly tagsAt: readonly number[]
  readonly bytes: Buffer
  readonly payloadAt: number
}

const EPOCH_AT = 32
const NO_TAGS: readonly string[] = Object.freeze([])
const NOWHERE: readonly number[] = Object.freeze([])

export const hasEpoch = ({ bytes }: Header, epoch: Buffer | null): boolean =>
  epoch !== null && epoch.length === NONCE_BYTES && sameBytes(bytes, EPOCH_AT, epoch, NONCE_BYTES)

/** Whether the first bytes of a tag's nonce are those the envelope has for its tag at that place. */
export const hasNonce = ({ bytes, tagsAt }: Header, place: number, now: Buffer, count: number): boolean =>
  now.length >= count && sameBytes(bytes, tagsAt[place] as number, now, count)

/** Few enough that a loop beats a call into the runtime. */
function sameBytes(bytes: Buffer, at: number, other: Buffer, count: number): boolean {
  for (let index = 0; index < count; index++) if (bytes[at + index] !== other[index]) return false
  return true
}

/** What the bytes say, or why they say nothing. */
export function openEnvelope(bytes: Buffer): Header | Error {
  if (bytes.length < HEADER_BYTES || bytes[0] !== MAGIC) return new Error('not an envelope')
  if (bytes[1] !== VERSION) return new Error(`wire format ${bytes[1]}`)
  if (bytes[2] !== 0 || (bytes[3] as number) > 0x0f) return new Error('unknown flags')
  const headerBytes = bytes.readUInt16LE(22)
  const payloadBytes = bytes.readUInt32LE(40)
  if (headerBytes + payloadBytes !== bytes.length) return new Error('truncated')
  const count = bytes[52] as number
  const tags: string[] = []
  const tagsAt: number[] = []
  let at = HEADER_BYTES
  for (let left = count; left > 0; left--) {
    const length = bytes[at + TAG_NONCE_BYTES]
    const end = at + TAG_NONCE_BYTES + 1 + (length ?? 0)
    if (length === undefined || end > headerBytes) return new Error('broken tag table')
    tagsAt.push(at)
    tags.push(bytes.toString('utf8', at + TAG_NONCE_BYTES + 1, end))
    at = end
  }
  if (at !== headerBytes) return new Error('broken tag table')
  const createdAt = bytes.readUIntLE(4, 6)
  const until = (ms: number): number => (ms === FOREVER ? Number.POSITIVE_INFINITY : createdAt + ms)
  return {
    format: bytes[3] as number,
    createdAt,
    freshUntil: until(bytes.readUIntLE(10, 6)),
    keepUntil: until(bytes.readUIntLE(16, 6)),
    loadMs: bytes.readUInt32LE(48),
    tags: count === 0 ? NO_TAGS : tags,
    tagsAt: count === 0 ? NOWHERE : tagsAt,
    bytes,
    payloadAt: headerBytes,
  }
}

/** What an acquire compares, of whatever bytes there are. The same range the scripts take. */
export const writeIdOf = (bytes: Buffer | null | undefined): Buffer =>
  bytes == null ? Buffer.alloc(0) : bytes.subarray(WRITE_ID_AT, WRITE_ID_AT + NONCE_BYTES)
