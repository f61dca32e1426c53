import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { startCluster } from '../redis-server/cluster/index.js'
import { startRedis } from '../redis-server/index.js'
import { lateAnswers } from './broken.js'
import { checkFreshness, type Verdict } from './checker.js'
import { FAULTS, torment, type Victim } from './faults.js'
import { LAG_MS, nearIsOn, TOPOLOGIES } from './topologies.js'

const LATE = 'late-answers'
const faultNames = [...Object.keys(FAULTS), LATE]
const HELP = `Checks the promise with random schedules: no read that starts after an invalidation returned sees the old value.

  pnpm check:freshness [--seconds 10] [--topology ${Object.keys(TOPOLOGIES).join('|')}] [--faults a,b,...]
                       [--lease 30s] [--seed n]

far, near-far and announced (a near cache that is told of changes by those who make them) use REDIS_URL, or a server of their own, which they need for faults. cluster and near-cluster start
3 masters and 3 replicas. With a near cache a change binds other caches 50 ms later, and 2.5 s later under faults that
cut or freeze the link that tells of it. An invalidation may be refused under faults; a read may not.
Faults: ${faultNames.join(', ')}; all is every one that fits.`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    topology: { type: 'string', default: 'near' },
    faults: { type: 'string', default: '' },
    lease: { type: 'string', default: '30s' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const { topology } = values
const seconds = Number(values.seconds)
const open = TOPOLOGIES[topology]
const overServer = ['far', 'near-far', 'announced'].includes(topology)
const overCluster = ['cluster', 'near-cluster'].includes(topology)
const hasNear = ['near-far', 'near-cluster', 'announced'].includes(topology)
const fits = (name: string): boolean =>
  name === LATE || (overServer && FAULTS[name]?.only !== 'cluster') || (overCluster && FAULTS[name]?.only !== 'server')
const faults = values.faults === 'all' ? faultNames.filter(fits) : values.faults.split(',').filter(Boolean)
const wrong = faults.filter((name) => !faultNames.includes(name) || !fits(name))
if (values.help || open === undefined || !(seconds > 0) || wrong.length > 0) {
  if (wrong.length > 0) console.error(`Not a fault of ${topology}: ${wrong.join(', ')}\n`)
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

async function start(): Promise<{ victim: Victim; redisUrl?: string; stop: () => Promise<void> }> {
  if (overCluster) {
    const cluster = await startCluster({ nodeTimeoutMs: 2000 })
    return { victim: { ports: cluster.ports.slice(0, 3), cluster }, stop: () => cluster.stop() }
  }
  const redisUrl = process.env['REDIS_URL']
  if (!overServer) return { victim: { ports: [] }, stop: async () => undefined }
  if (redisUrl !== undefined && faults.length === 0)
    return { victim: { ports: [] }, redisUrl, stop: async () => undefined }
  const server = await startRedis({ own: true, args: faults.flatMap((name) => FAULTS[name]?.args ?? []) })
  return { victim: { ports: [server.port], server }, redisUrl: server.url, stop: () => server.stop() }
}

const { victim, redisUrl, stop } = await start()
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const caches = open({
  ...(redisUrl !== undefined && { redisUrl }),
  ...(victim.cluster && { clusterNodes: victim.cluster.nodes }),
  ...(faults.includes(LATE) && {
    spoil: (backend) => lateAnswers(backend, ['read', 'readMany', 'acquire', 'fill'], 40),
  }),
  prefix: `freshness-${randomUUID()}`,
  lockTtl: values.lease,
})
const line = ({ reads, stale, loads, invalidations, refused, errors }: Verdict): string =>
  `${reads} reads, ${invalidations} invalidations (${refused} more refused), ${loads} loads, ${errors} errors, ${stale} stale`
const calm = torment(
  faults.filter((name) => name !== LATE),
  victim,
)
if (hasNear) await nearIsOn(caches)
// A cut link is noticed by its end, a silent one by a heartbeat: until then copies may be old.
const cut = hasNear && faults.some((name) => name !== 'script-flush' && name !== LATE)
const lagMs = cut ? 2500 : (LAG_MS[topology] ?? 0)
const verdict = await checkFreshness({
  caches,
  seconds,
  seed,
  lagMs,
  onProgress: (now) => console.log(`  ${line(now)}`),
})
const strikes = await calm()
await Promise.all(caches.map((cache) => cache.close()))
await stop()
for (const example of verdict.examples) console.log(`  ${example}`)
const under = faults.length > 0 ? `, ${strikes} strikes of ${faults.join(', ')}` : ''
for (const [code, times] of Object.entries(verdict.codes)) console.log(`  ${times} x ${code}`)
const sound = verdict.stale === 0 && verdict.errors === 0
console.log(
  `${verdict.stale > 0 ? 'STALE' : sound ? 'FRESH' : 'FAILED'}: ${topology}, seed ${seed}${under}: ${line(verdict)}`,
)
process.exitCode = sound ? 0 : 1
