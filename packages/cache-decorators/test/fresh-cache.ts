import { type CacheService, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { onTestFinished } from 'vitest'
import { bindCache } from '../src/index.js'

/** A cache in memory, closed when the test ends. */
export function freshCache(): CacheService {
  const service = createCache({ backend: new MemoryBackend() })
  onTestFinished(() => service.close())
  return service
}

/** As {@link freshCache}, and bound until the test ends. */
export function boundCache(): CacheService {
  const service = freshCache()
  onTestFinished(bindCache(service))
  return service
}
