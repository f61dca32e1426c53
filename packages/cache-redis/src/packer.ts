import { badInput, CacheError, type Codec, type Draft, type Encoded, isCacheError } from '@holdfast/cache-core'
import { nonce } from './nonce.js'
import type { CheckedRedisOptions } from './options.js'
import { type EnvelopeParts, envelopeParts } from './wire/envelope.js'

/** Kept "until evicted or invalidated": long, but a key without a TTL would outlive every mistake. */
const FOREVER_MS = 100 * 365 * 86_400_000
/** Nonces outlive the values that need them. */
const NONCE_MARGIN_MS = 60_000

export const redisTtl = (ms: number): number => Math.min(Math.max(1, Math.ceil(ms)), FOREVER_MS)
export const nonceTtl = (valueTtlMs: number): number => redisTtl(valueTtlMs) + NONCE_MARGIN_MS

/** The envelope has four bits for it. */
const MAX_FORMAT = 15

/** A draft as bytes and the TTL it is stored with. */
export interface Packed {
  readonly parts: EnvelopeParts
  readonly ttlMs: number
  readonly tags: readonly string[]
}

/** Encodes and checks before anything is sent. */
export class Packer {
  readonly #codec: Codec
  readonly #maxBytes: number

  constructor({ codec, maxValueBytes }: CheckedRedisOptions) {
    this.#codec = codec
    this.#maxBytes = maxValueBytes
  }

  pack(key: string, draft: Draft): Packed {
    const encoded = this.#encode(key, draft.value)
    if (!(encoded.format >= 0 && encoded.format <= MAX_FORMAT))
      throw badInput(`The codec ${this.#codec.name} writes format ${encoded.format}`, 'Formats are from 8 to 15')
    if (encoded.bytes.length > this.#maxBytes) {
      throw new CacheError(
        'E_TOO_LARGE',
        `The value of ${JSON.stringify(key.slice(0, 80))} has ${encoded.bytes.length} bytes, more than maxValueBytes (${this.#maxBytes}). Store less, or raise the bound.`,
        { op: 'set', key },
      )
    }
    return {
      parts: envelopeParts(draft, encoded, nonce()),
      ttlMs: redisTtl(draft.keepUntil - draft.createdAt),
      tags: draft.tags,
    }
  }

  #encode(key: string, value: unknown): Encoded {
    try {
      return this.#codec.encode(value, key)
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new CacheError('E_SERIALIZE', `${JSON.stringify(key.slice(0, 80))}: ${message}`, {
        op: 'set',
        key,
        cause: isCacheError(cause) ? cause.cause : cause,
      })
    }
  }
}
