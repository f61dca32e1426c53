import { type CacheService, createCache, type Duration } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'

/** Process memory; or Redis, when there is a URL for it, which all processes of the service share. */
export function openCache(
  databaseId: string,
  redisUrl: string | undefined,
  { grace = '10m' }: { readonly grace?: Duration } = {},
): CacheService {
  const backend = redisUrl
    ? new RedisBackend({ url: redisUrl, prefix: `places-api:${databaseId}` })
    : new MemoryBackend({ maxEntries: 10_000 })
  return createCache({
    name: 'places',
    backend,
    defaultTtl: '5m',
    // A database that fails costs nobody what is still known, and is left alone for a second after it failed.
    grace,
    graceBackoff: '1s',
    protection: { lockTtl: lockSeconds },
  })
}

/** How long a process that died keeps others from loading what it was loading. */
export const lockSeconds = 2

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
