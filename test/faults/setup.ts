import { randomUUID } from 'node:crypto'
import { type CacheService, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend, type RedisOptions } from '@holdfast/cache-redis'
import type { Fault } from './drill.js'

/** Something to harm, and caches of two processes over it: one with process memory in front, one without. */
export interface Setup {
  readonly faults: readonly Fault[]
  readonly caches: readonly [CacheService, CacheService]
  stop(): Promise<void>
}

/** A copy may be older than the store until the heartbeat of the link that tells of changes has failed. */
export const LAG_MS = 2500

export function open(options: RedisOptions): readonly [CacheService, CacheService] {
  const prefix = `faults-${randomUUID()}`
  const far = () => new RedisBackend({ ...options, prefix })
  return [createCache({ backend: far(), near: new MemoryBackend() }), createCache({ backend: far() })]
}

export const shut = (caches: readonly CacheService[]): Promise<unknown> =>
  Promise.all(caches.map((cache) => cache.close()))
