import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { backendConformance } from '@holdfast/cache-core/testing'
import { RedisBackend } from '@holdfast/cache-redis'
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { Redis as Valkey } from 'iovalkey'
import { afterAll, describe, inject, it } from 'vitest'

/** The clients that users bring: all promises hold over each of them. */
type Constructor = new (url: string) => { disconnect(): void }
const CLIENTS: Readonly<Record<string, Constructor>> = { 'ioredis 5': Redis5, 'ioredis 6': Redis6, iovalkey: Valkey }

for (const [name, Client] of Object.entries(CLIENTS)) {
  const client = new Client(inject('redisUrl'))
  const other = new Client(inject('redisUrl'))
  afterAll(() => {
    client.disconnect()
    other.disconnect()
  })
  backendConformance({
    runner: { describe, it, skip: it.skip },
    name: `redis by ${name}`,
    create: () => {
      const prefix = `clients-${randomUUID()}`
      const backend = new RedisBackend({ client: client as never, prefix })
      return Object.assign({ backend, advance: async (ms: number) => void (await sleep(ms)) }, { prefix })
    },
    twin: (subject) =>
      new RedisBackend({ client: other as never, prefix: (subject as unknown as { prefix: string }).prefix }),
    granularityMs: 5,
  })
}
