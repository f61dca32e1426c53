import type { CacheBackend } from '../contracts/index.js'
import { badInput } from '../errors.js'
import { toMs } from './duration.js'
import type { CacheOptions, NearOptions } from './options.js'

const DEFAULT_TTL = '30s'

/** The near cache that was asked for, or nothing. Refuses one that could not be kept true. */
export function resolveNear({
  near,
  backend: far,
}: CacheOptions): { readonly backend: CacheBackend; readonly ttlMs: number } | undefined {
  if (near === undefined) return undefined
  const { backend, ttl = DEFAULT_TTL }: NearOptions = isBackend(near) ? { backend: near } : near
  if (!isBackend(backend) || backend.peek === undefined) {
    throw badInput('createCache: near is not a backend in process memory', 'Write near: new MemoryBackend()')
  }
  if (far.follow === undefined) {
    throw badInput(
      `createCache: ${far.name} does not tell of its changes, so copies of it would go stale`,
      'Leave near out, or use a backend that implements follow, such as RedisBackend',
    )
  }
  if (far === backend) throw badInput('createCache: near and backend are the same', 'Give near one of its own')
  return { backend, ttlMs: toMs(ttl, 'near.ttl') }
}

const isBackend = (candidate: unknown): candidate is CacheBackend =>
  typeof candidate === 'object' && candidate !== null && typeof (candidate as CacheBackend).acquire === 'function'
