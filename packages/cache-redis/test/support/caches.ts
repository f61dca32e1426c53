import { randomUUID } from 'node:crypto'
import { type CacheOptions, type CacheService, createCache } from '@holdfast/cache-core'
import { RedisBackend } from '@holdfast/cache-redis'
import { afterEach, inject } from 'vitest'

const open: CacheService[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((cache) => cache.close()))
})

/** Caches over one prefix of the shared server, closed after the test. Each stands for a process of its own. */
export function fleet(size: number, options: Partial<CacheOptions> = {}): CacheService[] {
  const prefix = `fleet-${randomUUID()}`
  return Array.from({ length: size }, () => cacheOn({ url: inject('redisUrl'), prefix }, options))
}

export function cacheOn(
  redis: ConstructorParameters<typeof RedisBackend>[0],
  options: Partial<CacheOptions> = {},
): CacheService {
  const cache = createCache({ backend: new RedisBackend(redis), ...options })
  open.push(cache)
  return cache
}
