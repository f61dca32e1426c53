import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyValueStore } from '@holdfast/cache-core'

const absent = (): undefined => undefined

/** Bytes in files, one per key. All that a cache needs of a store: four verbs, and `keys` if it is to know patterns. */
export function fileStore(folder: string): KeyValueStore<Uint8Array> {
  const fileOf = (key: string): string => join(folder, createHash('sha256').update(key).digest('hex'))
  const open = async (file: string): Promise<{ key: string; until: number; payload: Buffer } | undefined> => {
    const bytes = await readFile(file).catch(absent)
    if (bytes === undefined) return undefined
    const start = 12 + bytes.readUInt32LE(8)
    return { until: bytes.readDoubleLE(0), key: bytes.toString('utf8', 12, start), payload: bytes.subarray(start) }
  }
  const live = async (file: string) => {
    const found = await open(file)
    return found !== undefined && found.until > Date.now() ? found : undefined
  }
  async function* keys(prefix: string): AsyncGenerator<string> {
    for (const name of await readdir(folder).catch(() => [])) {
      const found = await open(join(folder, name))
      if (found?.key.startsWith(prefix)) yield found.key
    }
  }
  return {
    name: 'files',
    keys,
    get: async (key) => (await live(fileOf(key)))?.payload,
    set: async (key, payload, { ttlMs = Number.POSITIVE_INFINITY }) => {
      const head = Buffer.alloc(12)
      head.writeDoubleLE(Date.now() + ttlMs, 0)
      head.writeUInt32LE(Buffer.byteLength(key), 8)
      await mkdir(folder, { recursive: true })
      // Written aside and moved into place: nobody ever reads half a file.
      const draft = `${fileOf(key)}.${randomUUID()}`
      await writeFile(draft, Buffer.concat([head, Buffer.from(key), payload]))
      await rename(draft, fileOf(key))
    },
    delete: async (key) => {
      const there = (await live(fileOf(key))) !== undefined
      await rm(fileOf(key), { force: true })
      return there
    },
    clear: async (prefix) => {
      for await (const key of keys(prefix)) await rm(fileOf(key), { force: true })
    },
  }
}
