import { randomUUID } from 'node:crypto'
import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'
import KeyvRedis from '@keyv/redis'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { createCache as cacheManager } from 'cache-manager'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'
import type { Scene } from '../measure.js'

const KEYS = 1000
const value = (id: number) => ({ id, name: `user ${id}`, roles: ['reader', 'writer'], settings: { theme: 'dark' } })
const keys = Array.from({ length: KEYS }, (_, index) => `user:${index}:profile`)
const keyOf = (index: number): string => keys[index % KEYS] as string

/** So many callers ask at once, each for the next key as soon as he has his answer. */
const callers =
  (count: number) =>
  (ask: (key: string) => Promise<unknown>) =>
  async (times: number): Promise<void> => {
    let next = 0
    await Promise.all(
      Array.from({ length: count }, async () => {
        while (next < times) await ask(keyOf(next++ * 7919))
      }),
    )
  }

export async function redisScenes(url: string): Promise<Scene[]> {
  const prefix = randomUUID().slice(0, 8)
  const ours = createCache({ backend: new RedisBackend({ url, prefix: `${prefix}-far` }) })
  const near = createCache({ backend: new RedisBackend({ url, prefix: `${prefix}-near` }), near: new MemoryBackend() })
  const bare = new Redis(url)
  const pipelined = new Redis(url, { enableAutoPipelining: true })
  const { hostname: host, port } = new URL(url)
  const store = () => bentostore().useL2Layer(redisDriver({ connection: { host, port: Number(port) } }))
  const bento = new BentoCache({
    default: 'far',
    prefix,
    stores: { far: store(), both: store().useL1Layer(memoryDriver()) },
  })
  const both = bento.use('both')
  const manager = cacheManager({ stores: [new Keyv({ store: new KeyvRedis(url), namespace: prefix })] })
  for (let index = 0; index < KEYS; index++) {
    const key = keyOf(index)
    await Promise.all([
      ours.set(key, value(index)),
      near.set(key, value(index)),
      bare.set(prefix + key, JSON.stringify(value(index))),
      manager.set(key, value(index)),
      bento.set({ key, value: value(index) }),
      both.set({ key, value: value(index) }),
    ])
  }
  while ((await near.health()).backend.detail['near'] !== 'on') await new Promise((resolve) => setTimeout(resolve, 5))
  for (let index = 0; index < KEYS; index++) await near.get(keyOf(index))
  const load = () => value(0)

  const hits: readonly (readonly [string, (key: string) => Promise<unknown>])[] = [
    ['holdfast getOrSet', (key) => ours.getOrSet(key, load)],
    ['ioredis GET and JSON.parse', async (key) => JSON.parse((await bare.get(prefix + key)) as string)],
    ['the same, auto-pipelined', async (key) => JSON.parse((await pipelined.get(prefix + key)) as string)],
    ['cache-manager wrap', (key) => manager.wrap(key, load)],
    ['bentocache getOrSet', (key) => bento.getOrSet({ key, factory: load })],
  ]
  const nears: readonly (readonly [string, (key: string) => Promise<unknown>])[] = [
    ['holdfast getOrSet, near', (key) => near.getOrSet(key, load)],
    ['bentocache getOrSet, two levels', (key) => both.getOrSet({ key, factory: load })],
  ]
  const scene = (title: string, base: string, list: typeof hits, at: number): Scene => ({
    title,
    base,
    contenders: list.map(([name, ask]) => ({ name, run: callers(at)(ask) })),
  })
  const close = async () => {
    await Promise.all([ours.close(), near.close(), bento.disconnectAll(), manager.disconnect()])
    bare.disconnect()
    pipelined.disconnect()
  }
  return [
    scene('A hit in Redis, 100 callers at once', 'ioredis GET and JSON.parse', hits, 100),
    scene('A hit in Redis, one caller', 'ioredis GET and JSON.parse', hits, 1),
    {
      ...scene('A hit in the near cache before Redis', 'bentocache getOrSet, two levels', nears, 1),
      close,
    },
  ]
}
