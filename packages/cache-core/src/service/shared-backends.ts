import type { CacheBackend } from '../contracts/index.js'
import { badInput } from '../errors.js'

/** How many caches use a backend. The last one to close closes it. */
const users = new WeakMap<CacheBackend, number>()

/** As `share`, for a backend that nobody else may use: copies of another cache's values would pass for its own. */
export function takeAlone(backend: CacheBackend): () => Promise<void> {
  if ((users.get(backend) ?? 0) > 0) {
    throw badInput('createCache: near is in use by another cache', 'Give every cache a near backend of its own')
  }
  return share(backend)
}

/** Counts one more user. The returned function takes that back and closes the backend when it was the last. */
export function share(backend: CacheBackend): () => Promise<void> {
  users.set(backend, (users.get(backend) ?? 0) + 1)
  return async () => {
    const left = (users.get(backend) ?? 1) - 1
    users.set(backend, left)
    if (left === 0) await backend.close()
  }
}
