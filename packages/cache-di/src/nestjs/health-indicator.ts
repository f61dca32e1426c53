import type { CacheRegistry } from '@holdfast/cache-config'

/** What a health check of `@nestjs/terminus` is to answer, without a need for it. */
export type CacheIndication = Record<string, { readonly status: 'up' | 'down'; readonly [detail: string]: unknown }>

/**
 * `health.check([() => cache.isHealthy()])`. A cache without its store still answers, so `degraded` counts as up, unless
 * you say otherwise; the detail says which cache is what.
 */
export class CacheHealthIndicator {
  readonly #caches: CacheRegistry

  constructor(caches: CacheRegistry) {
    this.#caches = caches
  }

  /** Never rejects. */
  async isHealthy(
    key = 'cache',
    { degraded = 'up' }: { readonly degraded?: 'up' | 'down' } = {},
  ): Promise<CacheIndication> {
    const health = await this.#caches.health()
    const caches = Object.fromEntries(Object.entries(health.caches).map(([name, { status }]) => [name, status]))
    return { [key]: { status: health.status === 'degraded' ? degraded : health.status, caches } }
  }
}
