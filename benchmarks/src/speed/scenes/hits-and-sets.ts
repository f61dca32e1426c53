import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import type { Scene } from '../measure.js'
import { others, TTL_MS } from '../others.js'
import { idOf, keysOf, recordOf } from '../records.js'
import { keep } from '../sink.js'

type Calls = readonly (readonly [string, (key: string) => unknown])[]

/** The same keys in the same order for everybody; a round begins where the one before ended. */
function asker(keys: readonly string[]) {
  let at = 0
  return async (times: number, ask: (key: string) => unknown): Promise<void> => {
    for (let left = times; left > 0; left--) {
      at = (at + 7919) % keys.length
      keep(await ask(keys[at] as string))
    }
  }
}

/** Everybody holds all keys of the hits and none of the misses. */
export async function hitsAndSets(count: number): Promise<Scene[]> {
  const load = async (key: string) => recordOf(idOf(key))
  const ours = createCache({ backend: new MemoryBackend({ maxEntries: count }), defaultTtl: TTL_MS / 1000 })
  const { lru, layered, dedupe, manager, cacheable, keyv, bento, close } = others(count, load)
  const hits: Calls = [
    ['holdfast getOrSet', (key) => ours.getOrSet(key, () => load(key))],
    ['holdfast getOrSet, ttl and tags', (key) => ours.getOrSet(key, () => load(key), { ttl: 300, tags: ['users'] })],
    ['lru-cache get, awaited', async (key) => lru.get(key)],
    ['lru-cache fetch', (key) => lru.fetch(key)],
    ['layered-loader get', (key) => layered.get(key)],
    ['async-cache-dedupe', (key) => dedupe.user(key)],
    ['cache-manager wrap', (key) => manager.wrap(key, () => load(key))],
    ['keyv get', (key) => keyv.get(key)],
    ['cacheable getOrSet', (key) => cacheable.getOrSet(key, () => load(key))],
    ['bentocache getOrSet', (key) => bento.getOrSet({ key, factory: () => load(key) })],
  ]
  const misses: Calls = [
    ['holdfast get', (key) => ours.get(key)],
    ['lru-cache get, awaited', async (key) => lru.get(key)],
    ['cache-manager get', (key) => manager.get(key)],
    ['keyv get', (key) => keyv.get(key)],
    ['cacheable get', (key) => cacheable.get(key)],
    ['bentocache get', (key) => bento.get({ key })],
  ]
  const sets: Calls = [
    ['holdfast set', (key) => ours.set(key, recordOf(1))],
    ['lru-cache set, awaited', async (key) => lru.set(key, recordOf(1))],
    ['cache-manager set', (key) => manager.set(key, recordOf(1))],
    ['keyv set', (key) => keyv.set(key, recordOf(1))],
    ['cacheable set', (key) => cacheable.set(key, recordOf(1))],
    ['bentocache set', (key) => bento.set({ key, value: recordOf(1) })],
  ]
  const keys = keysOf(count)
  for (const key of keys) for (const [, ask] of [...sets, ...hits]) await ask(key)

  const scene = (title: string, base: string, calls: Calls, asked: readonly string[]): Scene => {
    const ask = asker(asked)
    const contenders = calls.map(([name, call]) => ({ name, run: (times: number) => ask(times, call) }))
    return { title: `${title}, ${count.toLocaleString('en')} keys`, base, contenders }
  }
  return [
    scene('A hit in process memory', 'lru-cache get, awaited', hits, keys),
    scene(
      'A miss',
      'lru-cache get, awaited',
      misses,
      keys.map((key) => `absent:${key}`),
    ),
    {
      ...scene('A set of a key that is there', 'lru-cache set, awaited', sets, keys),
      close: () => Promise.all([ours.close(), close()]),
    },
  ]
}
