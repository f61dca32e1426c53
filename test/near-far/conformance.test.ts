import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { announced, type CacheBackend, systemClock } from '@holdfast/cache-core'
import { backendConformance } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend, type RedisOptions } from '@holdfast/cache-redis'
import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { NearFar } from '../../packages/cache-core/src/backend/near-far.js'
import { type RedisCluster, startCluster } from '../redis-server/cluster/index.js'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.stop())

// Without a twin: what another process changed is seen when the server has told, which near-far.test.ts looks at.
const open = (server: RedisOptions) => new RedisBackend({ ...server, prefix: `conformance-${randomUUID()}` })
const announcing = (redis: RedisBackend) => announced(redis, redis.bus())
const fars: Record<string, () => CacheBackend> = {
  'one Redis': () => open({ url: inject('redisUrl') }),
  'one Redis and a bus': () => announcing(open({ url: inject('redisUrl') })),
  'a cluster': () => open({ cluster: { nodes: cluster.nodes } }),
}
for (const [name, openFar] of Object.entries(fars)) {
  backendConformance({
    runner: { describe, it, skip: it.skip },
    name: `memory before ${name}`,
    create: async () => {
      const far = openFar()
      let on: () => void
      const ready = new Promise<void>((resolve) => {
        on = resolve
      })
      const near = new MemoryBackend({ isolation: 'clone' })
      const both = new NearFar({ near, far, ttlMs: 30_000, clock: systemClock, onChange: (is) => is && on() })
      await ready
      const backend = Object.assign(both, {
        close: async () => {
          NearFar.prototype.close.call(both)
          await far.close()
        },
      })
      return { backend, advance: async (ms: number) => void (await sleep(ms)) }
    },
    granularityMs: 5,
  })
}
