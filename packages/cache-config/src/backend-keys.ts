import { BackendType } from './backend-type.js'
import { isMapping, type Mapping } from './values.js'

const MEMORY_KEYS = ['max_size', 'policy', 'isolation']

/** The kind of backend that alone understands a key, or `undefined` when all do. */
export const ownerOf = (key: string): BackendType | undefined =>
  key.startsWith('redis_') || key === 'near'
    ? BackendType.REDIS
    : MEMORY_KEYS.includes(key)
      ? BackendType.MEMORY
      : undefined

export const nameOf = (backend: unknown): unknown => (isMapping(backend) ? (backend['name'] ?? 'default') : undefined)

/** What `redis_url` says by itself. */
export const SAID_BY_URL = [
  'redis_host',
  'redis_port',
  'redis_username',
  'redis_password',
  'redis_db',
  'redis_cluster',
  'redis_sentinel',
]

/**
 * What of a backend still holds when settings are laid over it. Whoever turns Redis into memory, or a host into a URL,
 * does not have to take back what is no longer meant.
 */
export function displaced(backend: Mapping, above: Mapping): Mapping {
  const { type, redis_url: url, redis_host: host } = above
  const retyped = typeof type === 'string' && type !== (backend['type'] ?? BackendType.MEMORY)
  const kept = Object.entries(backend).filter(([key]) => {
    if (retyped && ownerOf(key) !== undefined && ownerOf(key) !== type) return false
    if (url != null && SAID_BY_URL.includes(key)) return false
    return !(host != null && key === 'redis_url')
  })
  return Object.fromEntries(kept)
}
