import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startProxy } from '../acceptance/proxy.js'
import { startRedis } from '../redis-server/index.js'
import type { Fault } from './drill.js'
import { open, type Setup, shut } from './setup.js'

/** One server, reached over a wire that can be harmed too. */
export async function standalone(): Promise<Setup> {
  const server = await startRedis({
    own: true,
    // What a restart finds on the disk takes its time to load: 1.5 ms a key.
    args: ['--dbfilename', `faults-${randomUUID()}.rdb`, '--key-load-delay', '1500'],
  })
  const wire = await startProxy(server.port)
  const caches = open({ host: '127.0.0.1', port: wire.port })
  const admin = new Redis(server.port, server.host, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
  admin.on('error', () => undefined)
  const config = (name: string, value: string) => admin.config('SET', name, value)
  const repeat = async (everyMs: number, forMs: number, strike: () => Promise<unknown>): Promise<void> => {
    for (let passed = 0; passed < forMs; passed += everyMs) {
      await strike().catch(() => undefined)
      await sleep(everyMs)
    }
  }

  const faults: Fault[] = [
    {
      name: 'killed, away for 1.5 s, comes back empty',
      meanwhile: 'misses; loads; refusals',
      harm: () => server.kill(),
      heal: () => server.restart(),
      refusals: ['E_UNAVAILABLE'],
      surely: true,
    },
    {
      name: 'killed and back at once',
      meanwhile: 'misses; loads; refusals',
      harm: () => server.restart(),
      refusals: ['E_UNAVAILABLE'],
    },
    {
      name: 'frozen for 3 s',
      meanwhile: 'first callers wait their deadline, then misses at once',
      harm: () => server.freeze(),
      heal: () => server.thaw(),
      forMs: 3000,
      refusals: ['E_TIMEOUT', 'E_UNAVAILABLE'],
      surely: true,
    },
    {
      name: 'the network swallows everything for 3 s',
      meanwhile: 'as frozen; the dead connections are given up',
      harm: async () => wire.swallow(),
      heal: async () => wire.heal(),
      forMs: 3000,
      refusals: ['E_TIMEOUT', 'E_UNAVAILABLE'],
      surely: true,
    },
    {
      name: 'connections cut every 100 ms for 2 s',
      meanwhile: 'misses; loads; few refusals',
      harm: () => repeat(100, 2000, async () => wire.cut()),
      refusals: ['E_UNAVAILABLE'],
    },
    {
      name: 'loading its data for a second or two',
      meanwhile: 'misses; loads; refusals',
      harm: async () => {
        const filler = Array.from({ length: 1000 }, (_, index) => [`filler:${index}`, 'x'.repeat(100)]).flat()
        await admin.mset(...filler)
        // Nobody invalidates between the copy on the disk and the crash: what only memory knew would be lost.
        wire.refuse()
        await admin.save()
        const back = server.restart()
        await sleep(300)
        wire.heal()
        await back
      },
      refusals: ['E_UNAVAILABLE'],
      surely: true,
    },
    {
      name: 'wants a password all of a sudden',
      meanwhile: 'misses; loads; refusals',
      harm: async () => {
        await config('requirepass', 'secret')
        wire.cut()
      },
      heal: async () => {
        await admin.call('AUTH', 'secret').catch(() => undefined)
        await config('requirepass', '')
      },
      refusals: ['E_AUTH', 'E_UNAVAILABLE'],
      surely: true,
    },
    {
      name: 'full, may not evict',
      meanwhile: 'hits go on; loads are not kept; invalidations go on',
      harm: () => config('maxmemory', '1'),
      heal: () => config('maxmemory', '0'),
    },
    {
      name: 'full, evicts anything',
      meanwhile: 'more misses',
      harm: async () => {
        await config('maxmemory-policy', 'allkeys-random')
        await config('maxmemory', '3mb')
        await repeat(50, 2000, () =>
          Promise.all(Array.from({ length: 100 }, () => admin.set(`junk:${Math.random()}`, 'x'.repeat(20_000)))),
        )
      },
      heal: async () => {
        await config('maxmemory', '0')
        await config('maxmemory-policy', 'noeviction')
      },
    },
    {
      name: 'made a replica of another',
      meanwhile: 'misses; loads; refusals; the connection is made anew each time',
      harm: () => admin.call('REPLICAOF', '127.0.0.1', '1'),
      heal: () => admin.call('REPLICAOF', 'NO', 'ONE'),
      refusals: ['E_READONLY', 'E_UNAVAILABLE'],
      surely: true,
    },
    {
      name: 'may not write: replicas are missing',
      meanwhile: 'hits go on; loads are not kept; refusals',
      harm: () => config('min-replicas-to-write', '1'),
      heal: () => config('min-replicas-to-write', '0'),
      refusals: ['E_MISCONF'],
      surely: true,
    },
    {
      name: 'busy with a script for 1.5 s',
      meanwhile: 'misses; loads; refusals',
      harm: async () => {
        await config('busy-reply-threshold', '50')
        const other = admin.duplicate()
        other.eval('while true do end', 0).catch(() => undefined)
        await sleep(100)
        setTimeout(() => other.disconnect(), 2000)
      },
      heal: () => admin.call('SCRIPT', 'KILL'),
      refusals: ['E_UNAVAILABLE', 'E_TIMEOUT'],
      surely: true,
    },
    {
      name: 'emptied, scripts forgotten, clients cut off, again and again',
      meanwhile: 'misses; loads; few refusals',
      harm: () =>
        repeat(50, 2000, async () => {
          await Promise.all([admin.flushall(), admin.script('FLUSH'), admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')])
        }),
      refusals: ['E_UNAVAILABLE'],
    },
    {
      name: 'our own process is blocked for 600 ms, five times',
      meanwhile: 'as ever: an answer that waits in the socket is no timeout',
      harm: () =>
        repeat(50, 250, async () => {
          const until = performance.now() + 600
          while (performance.now() < until);
        }),
    },
  ]
  return {
    faults,
    caches,
    stop: async () => {
      await shut(caches)
      admin.disconnect()
      await wire.close()
      await server.stop()
    },
  }
}
