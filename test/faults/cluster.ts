import { Cluster, Redis } from 'ioredis'
import { hashSlot, partitionLabels } from '../../packages/cache-redis/src/cluster/slot.js'
import { startCluster } from '../redis-server/cluster/index.js'
import type { Fault } from './drill.js'
import { open, type Setup, shut } from './setup.js'

const refusals = ['E_UNAVAILABLE', 'E_TIMEOUT', 'E_CLUSTER', 'E_INVALIDATION_PARTIAL']
const slots = partitionLabels(32).map(hashSlot)

async function kill(port: number, type: 'normal' | 'pubsub'): Promise<void> {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => null })
  client.on('error', () => undefined)
  await client.call('CLIENT', 'KILL', 'TYPE', type).catch(() => undefined)
  client.disconnect()
}

/** Three masters with a replica each. */
export async function cluster(): Promise<Setup> {
  const servers = await startCluster({ nodeTimeoutMs: 2000 })
  const caches = open({ cluster: { nodes: servers.nodes } })
  const watcher = new Cluster([...servers.nodes], { slotsRefreshInterval: 500 })
  watcher.on('error', () => undefined)
  const aMaster = (): number => Number(watcher.slots[slots[0] as number]?.[0]?.split(':')[1])
  let harmed = 0

  const faults: Fault[] = [
    {
      name: 'six slots move, one after the other',
      meanwhile: 'as ever; loads of a slot on its way are not kept',
      harm: async () => {
        for (const slot of slots.slice(0, 6)) await servers.moveSlot(slot, 2)
      },
      refusals: ['E_CLUSTER', 'E_INVALIDATION_PARTIAL'],
    },
    {
      name: 'every connection is cut, on all servers',
      meanwhile: 'misses; loads; few refusals',
      harm: () => Promise.all(servers.ports.flatMap((port) => [kill(port, 'normal'), kill(port, 'pubsub')])),
      refusals,
    },
    {
      name: 'a master freezes for 1 s, which is no failure yet',
      meanwhile: 'its keys: misses, loads, refusals; the others as ever',
      harm: async () => {
        harmed = aMaster()
        await servers.freeze(harmed)
      },
      heal: () => servers.thaw(harmed),
      forMs: 1000,
      refusals,
    },
    {
      name: 'a master dies, its replica takes over',
      meanwhile: 'its keys: misses, loads, refusals; the others as ever',
      harm: async () => {
        harmed = aMaster()
        await servers.kill(harmed)
      },
      refusals,
      surely: true,
    },
    {
      name: 'a master without a replica dies, and is back after 3 s',
      meanwhile: 'misses; loads; refusals: a cluster that is not whole serves nothing',
      harm: async () => {
        harmed = aMaster()
        await servers.kill(harmed)
      },
      heal: () => servers.restart(harmed),
      forMs: 3000,
      refusals,
      surely: true,
    },
    {
      name: 'every server dies, and is back after 2 s',
      meanwhile: 'misses; loads; refusals',
      harm: () => Promise.all(servers.ports.map((port) => servers.kill(port))),
      heal: () => Promise.all(servers.ports.map((port) => servers.restart(port))),
      forMs: 2000,
      refusals,
      surely: true,
    },
  ]
  return {
    faults,
    caches,
    stop: async () => {
      await shut(caches)
      watcher.disconnect()
      await servers.stop()
    },
  }
}
