import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { hashSlot, partitionLabels } from '../../packages/cache-redis/src/cluster/slot.js'
import type { RedisCluster } from '../redis-server/cluster/index.js'
import type { RedisServer } from '../redis-server/index.js'

/** What can be harmed: one server, or all of a cluster. */
export interface Victim {
  readonly ports: readonly number[]
  readonly server?: RedisServer
  readonly cluster?: RedisCluster
}

interface Fault {
  /** Pause before each strike, in milliseconds. */
  readonly every: number
  readonly strike: (victim: Victim, port: number) => Promise<unknown>
  /** Arguments of the server without which it does nothing. */
  readonly args?: readonly string[]
  readonly only?: 'server' | 'cluster'
}

async function tell(port: number, ...command: [string, ...string[]]): Promise<void> {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => null, commandTimeout: 1000 })
  client.on('error', () => undefined)
  await client.call(...command).catch(() => undefined)
  client.disconnect()
}

async function freeze({ server, cluster }: Victim, port: number): Promise<void> {
  await (cluster === undefined ? server?.freeze() : cluster.freeze(port))
  await sleep(300 + Math.random() * 900)
  await (cluster === undefined ? server?.thaw() : cluster.thaw(port))
}

async function fillMemory(port: number): Promise<void> {
  const client = new Redis(port, '127.0.0.1')
  client.on('error', () => undefined)
  const junk = 'x'.repeat(20_000)
  const names = Array.from({ length: 200 }, () => `junk:${Math.random()}`)
  await Promise.allSettled(names.map((name) => client.set(name, junk)))
  client.disconnect()
}

/** A partition of the prefix-independent thirty-two is moved to the next master while everybody works. */
async function moveSlot({ cluster }: Victim): Promise<void> {
  const labels = partitionLabels(32)
  const label = labels[Math.floor(Math.random() * labels.length)] as string
  await cluster?.moveSlot(hashSlot(label), 5)
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'script-flush': { every: 100, strike: (_, port) => tell(port, 'SCRIPT', 'FLUSH') },
  flushall: { every: 200, strike: (_, port) => tell(port, 'FLUSHALL') },
  'client-kill': {
    every: 150,
    strike: (_, port) => tell(port, 'CLIENT', 'KILL', 'TYPE', Math.random() < 0.5 ? 'normal' : 'pubsub'),
  },
  freeze: { every: 1000, strike: freeze },
  restart: { every: 1500, strike: async ({ server }) => server?.restart(), only: 'server' },
  eviction: {
    every: 50,
    strike: (_, port) => fillMemory(port),
    args: ['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-random'],
    only: 'server',
  },
  'move-slot': { every: 20, strike: moveSlot, only: 'cluster' },
}

/**
 * Strikes again and again until told to stop. Resolves to how often it struck. A strike may fail (the cluster that it
 * harms may be between two owners of a slot): it is not counted, so who expects strikes sees that there were none.
 */
export function torment(names: readonly string[], victim: Victim): () => Promise<number> {
  let stopped = false
  let strikes = 0
  const loops = names.map(async (name) => {
    const { every, strike } = FAULTS[name] as Fault
    for (;;) {
      await sleep(every * (0.5 + Math.random()))
      if (stopped) return
      const port = victim.ports[Math.floor(Math.random() * victim.ports.length)] as number
      await strike(victim, port).then(
        () => strikes++,
        () => undefined,
      )
    }
  })
  return async () => {
    stopped = true
    await Promise.all(loops)
    return strikes
  }
}
