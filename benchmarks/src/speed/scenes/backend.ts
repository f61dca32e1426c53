import { createCache, type Draft } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { LRUCache } from 'lru-cache'
import type { Contender, Scene } from '../measure.js'
import { keysOf, recordOf } from '../records.js'
import { keep } from '../sink.js'

const BASE = 'lru-cache'
const TTL_MS = 300_000

/** Steps that share no divisor with the number of keys: all of them, in an order of no pattern. */
const walk = (keys: readonly string[], call: (key: string) => unknown): Contender['run'] => {
  let at = 0
  return (times) => {
    let last: unknown
    for (let left = times; left > 0; left--) {
      at = (at + 7919) % keys.length
      last = call(keys[at] as string)
    }
    keep(last)
  }
}

const draftOf = (value: unknown, ttl: boolean): Draft => {
  const now = Date.now()
  const until = ttl ? now + TTL_MS : Number.POSITIVE_INFINITY
  return { value, tags: [], createdAt: now, freshUntil: until, keepUntil: until, loadMs: 0 }
}

function inTurn<T>(one: T, other: T): () => T {
  let turn = false
  return () => {
    turn = !turn
    return turn ? one : other
  }
}

/** The backend alone beside the cache it is measured by, both without a promise. */
export function backendScenes(count: number, ttl: boolean): Scene[] {
  const label = `${count.toLocaleString('en')} keys${ttl ? ', with TTL' : ''}`
  const options = { max: count, ...(ttl && { ttl: TTL_MS }) }
  const value = recordOf(1)
  const keys = keysOf(count)
  const fresh = (): [MemoryBackend, LRUCache<string, object>] => {
    const backend = new MemoryBackend({ maxEntries: count })
    const lru = new LRUCache<string, object>(options)
    for (const key of keys) {
      backend.write(key, draftOf(value, ttl))
      lru.set(key, value)
    }
    return [backend, lru]
  }
  const [backend, lru] = fresh()
  const map = new Map(keys.map((key) => [key, value]))
  const peeked = createCache({ backend })
  const [evicting, evictingLru] = fresh()
  // Sixteen times as many as there is room for: nobody remembers one that comes back.
  const many = keysOf(16 * count)
  // Node makes a text whole and hashes it when it is first looked up: whoever came first would pay for the others.
  for (const key of many) map.has(key)
  const scene = (title: string, ours: (key: string) => unknown, theirs: (key: string) => unknown, asked = keys) => ({
    title: `${title}, ${label}`,
    base: BASE,
    contenders: [
      { name: 'holdfast MemoryBackend', run: walk(asked, ours) },
      { name: BASE, run: walk(asked, theirs) },
    ],
  })
  const gets: Scene = scene(
    'Backend: a hit',
    (key) => backend.get(key),
    (key) => lru.get(key),
  )
  const prepared = draftOf(value, ttl)
  // Another value each time: to be given the one that is there is not what a store is for.
  const another = recordOf(2)
  const drafts = inTurn(prepared, draftOf(another, ttl))
  const values = inTurn(value, another)
  const close = () => Promise.all([peeked.close(), backend.close(), evicting.close()])
  return [
    {
      ...gets,
      contenders: [
        ...gets.contenders,
        { name: 'holdfast MemoryBackend.read', run: walk(keys, (key) => backend.read(key)) },
        { name: 'holdfast cache.peek', run: walk(keys, (key) => peeked.peek(key)) },
        { name: 'Map', run: walk(keys, (key) => map.get(key)) },
      ],
    },
    scene(
      'Backend: a set of a key that is there',
      (key) => backend.write(key, drafts()),
      (key) => lru.set(key, values()),
    ),
    {
      ...scene(
        'Backend: a new key, another leaves',
        (key) => evicting.write(key, prepared),
        (key) => evictingLru.set(key, value),
        many,
      ),
      close,
    },
  ]
}
