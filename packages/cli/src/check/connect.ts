import { type CacheConfig, openCaches, type RegistryHealth } from '@holdfast/cache-config'
import { isCacheError } from '@holdfast/cache-core'

/** What came of opening the backends: their health, or why that could not be done at all. */
export type Connected = { readonly health: RegistryHealth } | { readonly refused: string }

/** Opens every backend, asks it once and closes it again. Never rejects for what is wrong with a backend. */
export async function connect(config: CacheConfig): Promise<Connected> {
  try {
    const caches = await openCaches(config)
    const health = await caches.health()
    await caches.close().catch(() => undefined)
    return { health }
  } catch (error) {
    if (!isCacheError(error)) throw error
    return { refused: error.message }
  }
}
