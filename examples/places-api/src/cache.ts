import { type CacheService, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'

/** Process memory; or Redis, when there is a URL for it, which all processes of the service share. */
export function openCache(databaseId: string, redisUrl: string | undefined): CacheService {
  const backend = redisUrl
    ? new RedisBackend({ url: redisUrl, prefix: `places-api:${databaseId}` })
    : new MemoryBackend({ maxEntries: 10_000 })
  return createCache({ name: 'places', backend, defaultTtl: '5m' })
}

export const keys = {
  summary: (country: string) => `summary:${country}`,
  crowded: (country: string) => `crowded:${country}`,
  ranking: 'ranking',
  totals: 'totals',
}

/** What an answer was computed from: whoever changes that invalidates the tag. */
export const tags = {
  country: (country: string) => `country:${country}`,
  world: 'world',
}
