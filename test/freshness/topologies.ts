import { setTimeout as sleep } from 'node:timers/promises'
import { announced, type CacheBackend, type CacheService, createCache, fenced } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'

const PROCESSES = 4

export interface TopologyOptions {
  readonly redisUrl?: string
  readonly clusterNodes?: readonly { readonly host: string; readonly port: number }[]
  readonly prefix: string
  readonly lockTtl?: string
  /** Wraps every backend. */
  readonly spoil?: (backend: CacheBackend) => CacheBackend
}

/** A Map behind an answer that takes its time. */
const slowMap = () => {
  const map = new Map<string, unknown>()
  const turn = <T>(value: () => T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(value())))
  return {
    name: 'map',
    get: (key: string) => turn(() => map.get(key)),
    set: (key: string, payload: unknown) => turn(() => void map.set(key, payload)),
    delete: (key: string) => turn(() => map.delete(key)),
    clear: (prefix: string) =>
      turn(() => [...map.keys()].filter((key) => key.startsWith(prefix)).forEach((key) => void map.delete(key))),
    keys: (prefix: string) => [...map.keys()].filter((key) => key.startsWith(prefix)),
  }
}

const several = (
  open: () => CacheBackend,
  { lockTtl = '30s', spoil = (backend) => backend }: TopologyOptions,
  near?: () => CacheBackend,
): CacheService[] =>
  Array.from({ length: PROCESSES }, () =>
    createCache({ backend: spoil(open()), protection: { lockTtl }, ...(near !== undefined && { near: near() }) }),
  )

/** Near caches serve once Redis tells of changes. */
export async function nearIsOn(caches: readonly CacheService[]): Promise<void> {
  for (const cache of caches) {
    for (let turn = 0; (await cache.health()).backend.detail['near'] !== 'on'; turn++) {
      if (turn > 1500) throw new Error('The near cache does not come on')
      await sleep(10)
    }
  }
}

/** How much later than the cache that made a change the others may see it. */
export const LAG_MS: Readonly<Record<string, number>> = { 'near-far': 50, 'near-cluster': 50, announced: 50 }

/** Caches that share one store, by the name of the arrangement. */
export const TOPOLOGIES: Readonly<Record<string, (options: TopologyOptions) => CacheService[]>> = {
  near: (options) => {
    const backend = new MemoryBackend()
    return several(() => backend, options)
  },
  lifted: (options) => {
    const backend = fenced(slowMap())
    return several(() => backend, options)
  },
  far: (options) => {
    if (options.redisUrl === undefined) throw new Error('far needs the URL of a Redis')
    const { redisUrl: url, prefix } = options
    return several(() => new RedisBackend({ url, prefix }), options)
  },
  'near-far': (options) => {
    if (options.redisUrl === undefined) throw new Error('near-far needs the URL of a Redis')
    const { redisUrl: url, prefix } = options
    return several(
      () => new RedisBackend({ url, prefix }),
      options,
      () => new MemoryBackend(),
    )
  },
  cluster: (options) => {
    if (options.clusterNodes === undefined) throw new Error('cluster needs the servers of a Redis Cluster')
    const { clusterNodes: nodes, prefix } = options
    return several(() => new RedisBackend({ cluster: { nodes }, prefix }), options)
  },
  'near-cluster': (options) => {
    if (options.clusterNodes === undefined) throw new Error('near-cluster needs the servers of a Redis Cluster')
    const { clusterNodes: nodes, prefix } = options
    return several(
      () => new RedisBackend({ cluster: { nodes }, prefix }),
      options,
      () => new MemoryBackend(),
    )
  },
  announced: (options) => {
    if (options.redisUrl === undefined) throw new Error('announced needs the URL of a Redis')
    const { redisUrl: url, prefix } = options
    const open = (): CacheBackend => {
      const redis = new RedisBackend({ url, prefix })
      return announced(redis, redis.bus())
    }
    return several(open, options, () => new MemoryBackend())
  },
}
