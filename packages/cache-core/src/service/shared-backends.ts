import type { CacheBackend } from '../contracts/index.js'

/** How many caches use a backend. The last one to close closes it. */
const users = new WeakMap<CacheBackend, number>()

/** Counts one more user. The returned function takes that back and closes the backend when it was the last. */
export function share(backend: CacheBackend): () => Promise<void> {
  users.set(backend, (users.get(backend) ?? 0) + 1)
  return async () => {
    const left = (users.get(backend) ?? 1) - 1
    users.set(backend, left)
    if (left === 0) await backend.close()
  }
}
