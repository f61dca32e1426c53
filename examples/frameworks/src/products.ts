import type { CacheService } from '@holdfast/cache-core'
import { cacheable, invalidateCache } from '@holdfast/cache-decorators'

/** What a program is about. It knows what it caches, and nothing of containers. */
export class Products {
  readonly #prices = new Map([['tea', 3]])
  /** How often the slow way was taken. */
  looked = 0

  constructor(readonly cache: CacheService) {}

  @cacheable({ name: 'products.price', ttl: '5m', tags: ['prices'] })
  async price(name: string): Promise<number | undefined> {
    this.looked++
    return this.#prices.get(name)
  }

  @invalidateCache({ tags: ['prices'] })
  async setPrice(name: string, price: number): Promise<void> {
    this.#prices.set(name, price)
  }
}
