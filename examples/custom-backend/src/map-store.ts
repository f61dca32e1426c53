import type { KeyValueStore } from '@holdfast/cache-core'

/** The least that a store can be: four verbs over a Map. Without `keys` it has everything but patterns. */
export function mapStore<P>(now: () => number = Date.now): KeyValueStore<P> {
  const map = new Map<string, { readonly payload: P; readonly until: number }>()
  const live = (key: string): { readonly payload: P } | undefined => {
    const found = map.get(key)
    if (found !== undefined && found.until <= now()) map.delete(key)
    return map.has(key) ? found : undefined
  }
  return {
    name: 'map',
    get: (key) => live(key)?.payload,
    set: (key, payload, { ttlMs = Number.POSITIVE_INFINITY }) => {
      map.set(key, { payload, until: now() + ttlMs })
    },
    delete: (key) => live(key) !== undefined && map.delete(key),
    clear: (prefix) => {
      for (const key of map.keys()) if (key.startsWith(prefix)) map.delete(key)
    },
  }
}
