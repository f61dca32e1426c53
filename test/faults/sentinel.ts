import { setTimeout as sleep } from 'node:timers/promises'
import { startSentinels } from '../redis-server/sentinel/index.js'
import type { Fault } from './drill.js'
import { open, type Setup, shut } from './setup.js'

/** A primary and a replica under three sentinels. */
export async function sentinel(): Promise<Setup> {
  const group = await startSentinels()
  const caches = open({ sentinel: { nodes: group.nodes, name: group.name } })
  const refusals = ['E_UNAVAILABLE', 'E_TIMEOUT', 'E_READONLY']
  let was = 0
  const primary = async (): Promise<number> => {
    was = await group.primary()
    return was
  }

  const faults: Fault[] = [
    {
      name: 'the sentinels change the primary',
      meanwhile: 'refusals for a moment',
      harm: () => group.failover(),
      refusals,
    },
    {
      name: 'the primary freezes, and thaws as a replica',
      meanwhile: 'misses; loads; refusals, until the replica took over',
      harm: async () => group.freeze(await primary()),
      refusals,
    },
    {
      name: 'the primary dies',
      meanwhile: 'misses; loads; refusals, until the replica took over',
      prepare: async () => {
        await group.thaw(was)
        await group.whole()
        // The sentinels do not change the primary again before twice their failover-timeout.
        await sleep(3000)
      },
      harm: async () => group.kill(await primary()),
      refusals,
      surely: true,
    },
    {
      name: 'every sentinel is frozen for 3 s',
      meanwhile: 'as ever',
      harm: () => Promise.all(group.nodes.map(({ port }) => group.freeze(port))),
      heal: () => Promise.all(group.nodes.map(({ port }) => group.thaw(port))),
      forMs: 3000,
    },
  ]
  return {
    faults,
    caches,
    stop: async () => {
      await shut(caches)
      await group.stop()
    },
  }
}
