import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { Keyv } from 'keyv'
import type { Subject } from '../../../test/freshness/checker.js'
import { never, type Rival } from './rival.js'

export const cacheManager: Rival = {
  name: 'cache-manager',
  version: '7.2.9',
  setup: 'Redis through Keyv',
  without: new Set(['getMany', 'getOrSetMany', 'deletePattern', 'invalidateTags', 'late-tags']),
  open: (redisUrl, prefix) => {
    const store = new KeyvRedis(redisUrl, { namespace: prefix })
    const keyv = new Keyv({ store, namespace: prefix, useKeyPrefix: false })
    const cache = createCache({ stores: [keyv] })
    const subject = {
      get: (key) => cache.get(key),
      getMany: never,
      getOrSetMany: never,
      getOrSet: (key, loader, { ttl }) => cache.wrap(key, () => loader({ setOptions: never }), ttl * 1000),
      set: (key, value, { ttl }) => cache.set(key, value, ttl * 1000),
      delete: (key) => cache.del(key),
      deleteMany: (keys) => cache.mdel([...keys]),
      deletePattern: never,
      invalidateTags: never,
      clear: () => cache.clear(),
    } as Subject
    return { subject, close: () => cache.disconnect() }
  },
}
