import type { KeyValueStore } from '@holdfast/cache-core'
import type { ManualClock } from '@holdfast/cache-core/testing'

/** A plain store over a Map: asynchronous, and it forgets what has expired. */
export function mapStore<P>(
  clock: ManualClock,
): KeyValueStore<P> & { readonly map: Map<string, { payload: P; until: number }> } {
  const map = new Map<string, { payload: P; until: number }>()
  return {
    name: 'map',
    map,
    get: async (key) => {
      const found = map.get(key)
      return found !== undefined && found.until > clock.now() ? found.payload : undefined
    },
    set: async (key, payload, { ttlMs = Number.POSITIVE_INFINITY }) => {
      map.set(key, { payload, until: clock.now() + ttlMs })
    },
    delete: async (key) => map.delete(key),
    clear: async (prefix) => {
      for (const key of [...map.keys()]) if (key.startsWith(prefix)) map.delete(key)
    },
    keys: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)),
  }
}
