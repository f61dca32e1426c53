import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { backendConformance } from '@holdfast/cache-core/testing'
import { RedisBackend } from '@holdfast/cache-redis'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type RedisCluster, startCluster } from '../../../../test/redis-server/cluster/index.js'

let cluster: RedisCluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.stop())

// Two backends over one prefix stand for two processes.
backendConformance({
  runner: { describe, it, skip: it.skip },
  name: 'redis cluster, two clients',
  create: () => {
    const options = { cluster: { nodes: cluster.nodes }, prefix: `conformance-${randomUUID()}` }
    const backend = new RedisBackend(options)
    return Object.assign({ backend, advance: async (ms: number) => void (await sleep(ms)) }, { options })
  },
  twin: (subject) =>
    new RedisBackend((subject as unknown as { options: ConstructorParameters<typeof RedisBackend>[0] }).options),
  granularityMs: 5,
})
