import { deserialize, serialize } from 'node:v8'
import { autoCodec, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { popular } from '../../../../packages/cache-memory/test/policy/streams.js'
import type { Contender, Scene } from '../measure.js'
import { others, TTL_MS } from '../others.js'
import { idOf, keyOf, keysOf, recordOf } from '../records.js'
import { keep } from '../sink.js'

type Load = (key: string) => Promise<object>
const load: Load = async (key) => recordOf(idOf(key))
const COUNT = 10_000

const oneByOne =
  (call: (turn: number) => unknown): Contender['run'] =>
  async (times) => {
    for (let turn = 0; turn < times; turn++) keep(await call(turn))
  }

const contender = (name: string, call: (turn: number) => unknown): Contender => ({ name, run: oneByOne(call) })

/** Caches in use: some keys are asked for often, most seldom; what is not there is loaded, which costs nothing here. */
export function mixed(): Scene {
  const ours = createCache({ backend: new MemoryBackend({ maxEntries: COUNT }), defaultTtl: TTL_MS / 1000 })
  const { lru, layered, dedupe, bento, close } = others(COUNT, load)
  const stream = Array.from(popular(10 * COUNT, 0.9, 2 ** 20, 7), keyOf)
  const places = new Map<string, number>()
  const asked = (name: string, ask: (key: string) => unknown): Contender => ({
    name,
    run: async (times) => {
      let at = places.get(name) ?? 0
      for (let left = times; left > 0; left--) {
        at = (at + 1) % stream.length
        keep(await ask(stream[at] as string))
      }
      places.set(name, at)
    },
  })
  return {
    title: `Mixed: Zipf over ${(10 * COUNT).toLocaleString('en')} keys, room for a tenth`,
    base: 'lru-cache fetch',
    contenders: [
      asked('holdfast getOrSet', (key) => ours.getOrSet(key, () => load(key))),
      asked('lru-cache fetch', (key) => lru.fetch(key)),
      asked('layered-loader get', (key) => layered.get(key)),
      asked('async-cache-dedupe', (key) => dedupe.user(key)),
      asked('bentocache getOrSet', (key) => bento.getOrSet({ key, factory: () => load(key) })),
    ],
    close: () => Promise.all([ours.close(), close()]),
  }
}

/** A hundred keys that are there, in one call where there is one. */
export async function batch(): Promise<Scene> {
  const ours = createCache({ backend: new MemoryBackend({ maxEntries: COUNT }), defaultTtl: TTL_MS / 1000 })
  const { lru, manager, cacheable, keyv, bento, close } = others(COUNT, load)
  const keys = keysOf(100)
  for (const key of keys) {
    const value = recordOf(idOf(key))
    lru.set(key, value)
    const sets = [ours.set(key, value), manager.set(key, value), cacheable.set(key, value), keyv.set(key, value)]
    await Promise.all([...sets, bento.set({ key, value })])
  }
  return {
    title: 'A batch of 100 hits',
    base: 'cache-manager mget',
    contenders: [
      contender('holdfast getMany', () => ours.getMany(keys)),
      contender('lru-cache get, one by one', async () => keys.map((key) => lru.get(key))),
      contender('cache-manager mget', () => manager.mget(keys)),
      contender('keyv getMany', () => keyv.getMany(keys)),
      contender('cacheable getMany', () => cacheable.getMany(keys)),
      contender('bentocache get, all at once', () => Promise.all(keys.map((key) => bento.get({ key })))),
    ],
    close: () => Promise.all([ours.close(), close()]),
  }
}

/** A tag that a thousand entries carry is invalidated, and one of them is asked for. */
export async function tags(): Promise<Scene> {
  const ours = createCache({ backend: new MemoryBackend({ maxEntries: COUNT }), defaultTtl: TTL_MS / 1000 })
  const bento = new BentoCache({
    default: 'store',
    ttl: TTL_MS,
    stores: { store: bentostore().useL1Layer(memoryDriver({ maxItems: COUNT })) },
  })
  for (const key of keysOf(1000)) {
    await ours.set(key, recordOf(1), { tags: ['users'] })
    await bento.set({ key, value: recordOf(1), tags: ['users'] })
  }
  const key = keyOf(1)
  return {
    title: 'A tag is invalidated, an entry loaded anew',
    base: 'bentocache deleteByTag, getOrSet',
    contenders: [
      contender('holdfast invalidateTags, getOrSet', async () => {
        await ours.invalidateTags(['users'])
        return ours.getOrSet(key, () => load(key), { tags: ['users'] })
      }),
      contender('bentocache deleteByTag, getOrSet', async () => {
        await bento.deleteByTag({ tags: ['users'] })
        return bento.getOrSet({ key, factory: () => load(key), tags: ['users'] })
      }),
    ],
    close: () => Promise.all([ours.close(), bento.disconnectAll()]),
  }
}

/** A hundred callers of one key that is not there. Whoever loads more than once is said to. */
export async function stampede(): Promise<Scene> {
  let loads = 0
  const counted: Load = async (key) => {
    loads++
    return load(key)
  }
  const ours = createCache({ backend: new MemoryBackend({ maxEntries: COUNT }), defaultTtl: TTL_MS / 1000 })
  const { lru, layered, dedupe, manager, cacheable, bento, close } = others(COUNT, counted)
  let id = 0
  const all = (ask: (key: string) => unknown) => async () => {
    const key = keyOf(id++)
    return Promise.all(Array.from({ length: 100 }, () => ask(key)))
  }
  const crowds: [string, () => Promise<unknown>][] = [
    ['holdfast getOrSet', all((key) => ours.getOrSet(key, () => counted(key)))],
    ['lru-cache fetch', all((key) => lru.fetch(key))],
    ['layered-loader get', all((key) => layered.get(key))],
    ['async-cache-dedupe', all((key) => dedupe.user(key))],
    ['cache-manager wrap', all((key) => manager.wrap(key, () => counted(key)))],
    ['cacheable getOrSet', all((key) => cacheable.getOrSet(key, () => counted(key)))],
    ['bentocache getOrSet', all((key) => bento.getOrSet({ key, factory: () => counted(key) }))],
  ]
  const contenders: Contender[] = []
  for (const [name, crowd] of crowds) {
    loads = 0
    await crowd()
    contenders.push(contender(loads === 1 ? name : `${name} (${loads} loads)`, crowd))
  }
  return {
    title: 'A crowd of 100 at a key that is not there',
    base: 'lru-cache fetch',
    contenders,
    close: () => Promise.all([ours.close(), close()]),
  }
}

/** A record there and back. */
export function codec(): Scene {
  const value = recordOf(1)
  return {
    title: 'A record of 200 bytes encoded and decoded',
    base: 'JSON, which loses dates, maps and undefined',
    contenders: [
      contender('holdfast autoCodec', () => {
        const { bytes, format } = autoCodec.encode(value)
        return autoCodec.decode(bytes, format)
      }),
      contender('JSON, which loses dates, maps and undefined', () =>
        JSON.parse(Buffer.from(JSON.stringify(value)) + ''),
      ),
      contender('v8 serialize', () => deserialize(serialize(value))),
    ],
  }
}
