import { createCache as asyncCacheDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache as cacheManager } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { Keyv } from 'keyv'
import { Loader } from 'layered-loader'
import { LRUCache } from 'lru-cache'

export const TTL_MS = 300_000

type Load = (key: string) => Promise<object>

/** The others over process memory, with room for so many entries where they have a limit. */
export function others(count: number, load: Load) {
  const bento = new BentoCache({
    default: 'store',
    ttl: TTL_MS,
    stores: { store: bentostore().useL1Layer(memoryDriver({ maxItems: count })) },
  })
  return {
    lru: new LRUCache<string, object>({ max: count, ttl: TTL_MS, fetchMethod: load }),
    layered: new Loader<object>({
      inMemoryCache: { ttlInMsecs: TTL_MS, maxItems: count },
      dataSources: [{ name: 'source', get: load, getMany: async (keys: string[]) => Promise.all(keys.map(load)) }],
    }),
    dedupe: asyncCacheDedupe({
      ttl: TTL_MS / 1000,
      storage: { type: 'memory', options: { size: count } },
    }).define('user', load),
    manager: cacheManager({ ttl: TTL_MS }),
    cacheable: new Cacheable({ ttl: TTL_MS }),
    keyv: new Keyv({ ttl: TTL_MS }),
    bento,
    close: () => bento.disconnectAll(),
  }
}
