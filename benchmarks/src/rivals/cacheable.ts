import KeyvRedis from '@keyv/redis'
import { Cacheable } from 'cacheable'
import type { Subject } from '../../../test/freshness/checker.js'
import { never, type Rival } from './rival.js'

const open =
  (near: boolean): Rival['open'] =>
  (redisUrl, prefix) => {
    const store = new KeyvRedis(redisUrl, { namespace: prefix })
    const cache = near ? new Cacheable({ secondary: store }) : new Cacheable({ primary: store })
    const subject = {
      get: (key) => cache.get(key),
      getMany: never,
      getOrSetMany: never,
      getOrSet: (key, loader, { ttl }) =>
        cache.getOrSet(key, () => loader({ setOptions: never }), { ttl: ttl * 1000, throwErrors: true }),
      set: (key, value, { ttl }) => cache.set(key, value, ttl * 1000),
      delete: (key) => cache.delete(key),
      deleteMany: (keys) => cache.deleteMany([...keys]),
      deletePattern: never,
      invalidateTags: never,
      clear: () => cache.clear(),
    } as Subject
    return { subject, close: () => cache.disconnect() }
  }

/** Its tags can be given to `set` but not to `getOrSet`, so they are not asked for. */
const common = {
  name: 'cacheable',
  version: '2.5.0',
  without: new Set(['getMany', 'getOrSetMany', 'deletePattern', 'invalidateTags', 'late-tags'] as const),
}

export const cacheable: Rival = { ...common, setup: 'Redis', open: open(false) }
export const cacheableWithMemory: Rival = { ...common, setup: 'memory and Redis, not synchronised', open: open(true) }
