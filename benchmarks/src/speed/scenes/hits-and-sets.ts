import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { createCache as asyncCacheDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache as cacheManager } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { Keyv } from 'keyv'
import { Loader } from 'layered-loader'
import { LRUCache } from 'lru-cache'
import type { Scene } from './measure.js'

const TTL_MS = 300_000

/** A record of about 200 bytes, another one for each key. */
const recordOf = (id: number) => ({
  id,
  name: `user ${id}`,
  email: `user-${id}@example.org`,
  roles: ['reader', 'writer'],
  settings: { theme: 'dark', language: 'en', pageSize: 50 },
})

/** What was read goes here, so that no read is for nothing. */
let sink: unknown

/** The same keys in the same order for everybody; a round begins where the one before ended. */
function asker(count: number): (times: number, ask: (key: string) => unknown) => Promise<void> {
  const keys = Array.from({ length: count }, (_, index) => `user:${index}:profile`)
  let at = 0
  return async (times, ask) => {
    for (let left = times; left > 0; left--) {
      at = (at + 7919) % count
      sink = await ask(keys[at] as string)
    }
  }
}

/** Everybody holds all keys: only hits. */
async function contenders(count: number) {
  const load = async (key: string) => recordOf(Number(key.split(':')[1]))
  const ours = createCache({ backend: new MemoryBackend({ maxEntries: count }), defaultTtl: TTL_MS / 1000 })
  const lru = new LRUCache<string, object>({ max: count, ttl: TTL_MS, fetchMethod: load })
  const layered = new Loader<object>({
    inMemoryCache: { ttlInMsecs: TTL_MS, maxItems: count },
    dataSources: [{ name: 'source', get: load, getMany: async (keys: string[]) => Promise.all(keys.map(load)) }],
  })
  const dedupe = asyncCacheDedupe({
    ttl: TTL_MS / 1000,
    storage: { type: 'memory', options: { size: count } },
  }).define('user', load)
  const manager = cacheManager({ ttl: TTL_MS })
  const cacheable = new Cacheable({ ttl: TTL_MS })
  const keyv = new Keyv({ ttl: TTL_MS })
  const bento = new BentoCache({
    default: 'store',
    ttl: TTL_MS,
    stores: { store: bentostore().useL1Layer(memoryDriver({ maxItems: count })) },
  })
  const hits: readonly (readonly [string, (key: string) => unknown])[] = [
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
  const sets: readonly (readonly [string, (key: string) => unknown])[] = [
    ['holdfast set', (key) => ours.set(key, recordOf(1))],
    ['lru-cache set, awaited', async (key) => lru.set(key, recordOf(1))],
    ['cache-manager set', (key) => manager.set(key, recordOf(1))],
    ['keyv set', (key) => keyv.set(key, recordOf(1))],
    ['cacheable set', (key) => cacheable.set(key, recordOf(1))],
    ['bentocache set', (key) => bento.set({ key, value: recordOf(1) })],
  ]
  for (let index = 0; index < count; index++) {
    const key = `user:${index}:profile`
    for (const [, ask] of [...sets, ...hits]) await ask(key)
  }
  return { hits, sets, close: () => Promise.all([ours.close(), bento.disconnectAll()]) }
}

export async function memoryScenes(count: number): Promise<Scene[]> {
  const { hits, sets, close } = await contenders(count)
  const label = count.toLocaleString('en')
  const ask = asker(count)
  const of = (list: typeof hits) => list.map(([name, call]) => ({ name, run: (times: number) => ask(times, call) }))
  return [
    { title: `A hit in process memory, ${label} keys`, base: 'lru-cache get, awaited', contenders: of(hits) },
    {
      title: `A set of a key that is there, ${label} keys`,
      base: 'lru-cache set, awaited',
      contenders: of(sets),
      close,
    },
  ]
}

export const used = (): unknown => sink
