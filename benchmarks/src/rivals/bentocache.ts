import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import type { Subject } from '../../../test/freshness/checker.js'
import { never, type Rival } from './rival.js'

const connectionOf = (url: string) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) })

const storeOf = (url: string, near: boolean) => {
  const connection = connectionOf(url)
  const store = bentostore().useL2Layer(redisDriver({ connection }))
  return near ? store.useL1Layer(memoryDriver()).useBus(redisBusDriver({ connection })) : store
}

const open =
  (near: boolean): Rival['open'] =>
  (redisUrl, prefix) => {
    const cache = new BentoCache({ default: 'store', prefix, stores: { store: storeOf(redisUrl, near) } })
    const tagsOf = (tags: readonly string[] | undefined) => tags && { tags: [...tags] }
    const subject = {
      get: (key) => cache.get({ key }),
      getMany: never,
      getOrSetMany: never,
      getOrSet: (key, loader, { ttl, tags }) =>
        cache.getOrSet({
          key,
          ttl: ttl * 1000,
          ...tagsOf(tags),
          factory: ({ setTags }) => loader({ setOptions: (options) => setTags([...options.tags]) }),
        }),
      set: (key, value, { ttl, tags }) => cache.set({ key, value, ttl: ttl * 1000, ...tagsOf(tags) }),
      delete: (key) => cache.delete({ key }),
      deleteMany: (keys) => cache.deleteMany({ keys: [...keys] }),
      deletePattern: never,
      invalidateTags: (tags) => cache.deleteByTag({ tags: [...tags] }),
      clear: () => cache.clear(),
    } as Subject
    return { subject, close: () => cache.disconnectAll() }
  }

const common = {
  version: '1.6.1',
  without: new Set(['getMany', 'getOrSetMany', 'deletePattern'] as const),
}

export const bentocache: Rival = { ...common, name: 'bentocache', setup: 'Redis', open: open(false) }
export const bentocacheWithBus: Rival = {
  ...common,
  name: 'bentocache',
  setup: 'memory, Redis and its bus',
  open: open(true),
}
