import type { Codec } from '../contracts/codec.js'
import type { KeyValueStore } from '../contracts/key-value-store.js'
import { autoCodec } from '../entry/auto-codec.js'

/**
 * Makes a store of bytes a store of anything. The first byte is the codec's format. Bytes that cannot be read are
 * absent.
 */
export function encoded(store: KeyValueStore<Uint8Array>, codec: Codec = autoCodec): KeyValueStore {
  const encode = (key: string, payload: unknown): Uint8Array => {
    const { bytes, format } = codec.encode(payload, key)
    return Buffer.concat([Buffer.of(format), bytes])
  }
  const decode = (key: string, bytes: Uint8Array | undefined): unknown => {
    if (bytes === undefined || bytes.length === 0) return undefined
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    try {
      return codec.decode(buffer.subarray(1), buffer[0] as number, key)
    } catch {
      return undefined
    }
  }
  const { getMany, setMany, deleteMany, keys, close } = store
  return {
    name: store.name,
    get: async (key) => decode(key, await store.get(key)),
    set: (key, payload, options) => store.set(key, encode(key, payload), options),
    delete: (key) => store.delete(key),
    clear: (prefix) => store.clear(prefix),
    ...(getMany && {
      getMany: async (names: readonly string[]) =>
        (await getMany.call(store, names)).map((bytes, index) => decode(names[index] as string, bytes)),
    }),
    ...(setMany && {
      setMany: (entries: readonly (readonly [string, unknown])[], options: { readonly ttlMs?: number }) =>
        setMany.call(
          store,
          entries.map(([key, payload]) => [key, encode(key, payload)] as const),
          options,
        ),
    }),
    ...(deleteMany && { deleteMany: deleteMany.bind(store) }),
    ...(keys && { keys: keys.bind(store) }),
    ...(close && { close: close.bind(store) }),
  }
}
