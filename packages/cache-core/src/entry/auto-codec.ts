import { deserialize, serialize } from 'node:v8'
import type { Codec } from '../contracts/index.js'
import { CacheError } from '../errors.js'
import { isLosslessJson } from './lossless-json.js'
import { needsStandIns, putBack, takeOut } from './stand-ins.js'

const JSON_TEXT = 1
const CLONE = 2
/** Structured clone of [value with stand-ins, what they stand for]. */
const CLONE_WITH_STAND_INS = 3

const unserializable = (cause: unknown): CacheError =>
  new CacheError(
    'E_SERIALIZE',
    `The value cannot be stored: ${cause instanceof Error ? cause.message : String(cause)}. Store plain data (no functions, symbols, promises or weak collections).`,
    { cause },
  )

/** Structured clone returns buffers and typed arrays as views of what it read. */
const ownCopy = (bytes: Buffer): Uint8Array => Uint8Array.prototype.slice.call(bytes)

/**
 * The default codec: JSON where JSON is lossless, else the bytes of the structured clone algorithm, which keep Date,
 * Map, Set, RegExp, BigInt, Buffer, typed arrays, NaN, -0, undefined, holes and cycles. URL and Error, which that
 * algorithm loses wholly or in part, travel beside it. An instance of a class comes back as a plain object.
 */
export const autoCodec: Codec = {
  name: 'auto',
  encode(value) {
    if (isLosslessJson(value)) return { bytes: Buffer.from(JSON.stringify(value)), format: JSON_TEXT }
    try {
      if (!needsStandIns(value)) return { bytes: serialize(value), format: CLONE }
      return { bytes: serialize(takeOut(value)), format: CLONE_WITH_STAND_INS }
    } catch (error) {
      throw unserializable(error)
    }
  },
  decode(bytes, format) {
    if (format === JSON_TEXT) {
      const text = bytes.toString('utf8')
      // Never written by encode: a foreign writer's attempt at the prototype of a copy, plain or escaped.
      if (text.includes('"__proto__"') || text.includes('\\u00'))
        return JSON.parse(text, (key, item) => (key === '__proto__' ? undefined : item))
      return JSON.parse(text)
    }
    if (format === CLONE) return deserialize(ownCopy(bytes))
    if (format === CLONE_WITH_STAND_INS) return putBack(deserialize(ownCopy(bytes)))
    throw new Error(`unknown format ${format}`)
  },
}
