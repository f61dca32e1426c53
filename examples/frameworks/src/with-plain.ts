import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { Products } from './products.js'

export async function withPlain<T>(use: (products: Products) => Promise<T>): Promise<T> {
  const cache = createCache({ backend: new MemoryBackend() })
  try {
    return await use(new Products(cache))
  } finally {
    await cache.close()
  }
}
