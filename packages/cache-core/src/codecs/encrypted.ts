import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Codec } from '../contracts/codec.js'
import { autoCodec } from '../entry/auto-codec.js'
import { badInput } from '../errors.js'

export interface EncryptionKey {
  /** Stored beside what it encrypted, readable to all. At most 32 characters. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

export interface EncryptionOptions {
  /** The first one encrypts; each of them decrypts. To rotate, put a new one first and drop the old one after a ttl. */
  readonly keys: readonly EncryptionKey[]
}

const ENCRYPTED = 5
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MAX_ID = 32

/**
 * Encrypts what another codec made: AES-256-GCM (NIST SP 800-38D) with a random nonce per value. A value is bound to the
 * key it was stored under: whoever can write to the store can neither read, change nor swap values, only remove them
 * and put an older one of the same key back. What cannot be decrypted is a miss. Keys and tags of the cache stay
 * readable.
 *
 * Random nonces are safe for 2^32 values per key (section 8.3 there): rotate before.
 */
export function encrypted(codec: Codec = autoCodec, options: EncryptionOptions): Codec {
  const keys = checkKeys(options)
  const [first] = [...keys] as [[string, Buffer]]
  return {
    name: `${codec.name}, encrypted`,
    encode(value, key) {
      const { bytes, format } = codec.encode(value, key)
      const [id, secret] = first
      const header = headerOf(format, id)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, secret, nonce).setAAD(bindingOf(header, key))
      const sealed = [cipher.update(bytes), cipher.final()]
      return { bytes: Buffer.concat([header, nonce, cipher.getAuthTag(), ...sealed]), format: ENCRYPTED }
    },
    decode(bytes, format, key) {
      if (format !== ENCRYPTED) throw new Error('not encrypted')
      const idEnd = 2 + (bytes[1] ?? 0)
      const bodyAt = idEnd + NONCE_BYTES + TAG_BYTES
      if (bytes.length < bodyAt) throw new Error('truncated')
      const secret = keys.get(bytes.toString('utf8', 2, idEnd))
      if (secret === undefined) throw new Error('encrypted with a key that is not known here')
      const decipher = createDecipheriv(CIPHER, secret, bytes.subarray(idEnd, idEnd + NONCE_BYTES))
        .setAAD(bindingOf(bytes.subarray(0, idEnd), key))
        .setAuthTag(bytes.subarray(idEnd + NONCE_BYTES, bodyAt))
      const plain = Buffer.concat([decipher.update(bytes.subarray(bodyAt)), decipher.final()])
      return codec.decode(plain, bytes[0] as number, key)
    },
  }
}

/** Format of the value before, length of the id, id. */
const headerOf = (format: number, id: string): Buffer => {
  const name = Buffer.from(id)
  return Buffer.concat([Buffer.of(format, name.length), name])
}

const bindingOf = (header: Buffer, key = ''): Buffer => Buffer.concat([header, Buffer.from(key)])

function checkKeys(options: EncryptionOptions): ReadonlyMap<string, Buffer> {
  const list = options?.keys
  if (!Array.isArray(list) || list.length === 0)
    throw badInput('encrypted: there are no keys', "Write { keys: [{ id: '2026-11', key: randomBytes(32) }] }")
  const keys = new Map<string, Buffer>()
  for (const one of list as readonly Partial<EncryptionKey>[]) {
    const { id, key } = one ?? {}
    if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > MAX_ID)
      throw badInput('encrypted: the id of a key is not a text of 1 to 32 bytes', "Write id: '2026-11'")
    if (keys.has(id)) throw badInput(`encrypted: two keys have the id ${JSON.stringify(id)}`, 'Give each its own')
    if (!(key instanceof Uint8Array) || key.length !== KEY_BYTES)
      throw badInput(`encrypted: the key ${JSON.stringify(id)} is not 32 bytes`, 'Make one with randomBytes(32)')
    keys.set(id, Buffer.from(key))
  }
  return keys
}
