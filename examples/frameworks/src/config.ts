import type { CacheSettings } from '@holdfast/cache-config'

/** In a service this would be application.yaml: every adapter takes a path as well. */
export const config: CacheSettings = {
  backends: [
    { name: 'products', default: true, maxSize: 10_000 },
    { name: 'sessions', defaultTtl: '30m' },
  ],
}
