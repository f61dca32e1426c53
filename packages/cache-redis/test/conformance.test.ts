import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { backendConformance } from '@holdfast/cache-core/testing'
import { RedisBackend } from '@holdfast/cache-redis'
import { describe, inject, it } from 'vitest'

const url = inject('redisUrl')

// Real time: the server has a clock of its own. Two backends over one prefix stand for two processes.
backendConformance({
  runner: { describe, it, skip: it.skip },
  name: 'redis, two clients',
  create: () => {
    const prefix = `conformance-${randomUUID()}`
    return Object.assign(
      { backend: new RedisBackend({ url, prefix }), advance: async (ms: number) => void (await sleep(ms)) },
      { prefix },
    )
  },
  twin: (subject) => new RedisBackend({ url, prefix: (subject as unknown as { prefix: string }).prefix }),
  granularityMs: 5,
})
