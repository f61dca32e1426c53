import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { checkFreshness } from '../freshness/checker.js'
import { torment } from '../freshness/faults.js'
import { nearIsOn, TOPOLOGIES } from '../freshness/topologies.js'
import { startRedis } from '../redis-server/index.js'

const HELP = `Works caches for a long time while their server is harmed, and looks whether anything grows.

  pnpm soak [--minutes 10] [--seed n]

Eight caches, four of them with a near cache, over one server of its own that is frozen, killed, emptied, and cuts its
clients off. In between everybody rests, and what the process holds is measured.`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const minutes = Number(values.minutes)
if (values.help || !(minutes > 0)) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

const ROUND_SECONDS = 15
const REST_MS = 4000
/** A heap that is this much larger at the end than at the beginning has a leak. */
const ALLOWED_MB = 8
const FAULTS = ['freeze', 'restart', 'flushall', 'script-flush', 'client-kill']

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

interface Sample {
  readonly heapMb: number
  readonly handles: number
}

async function rest(): Promise<Sample> {
  await sleep(REST_MS)
  for (let turn = 0; turn < 3; turn++) {
    collect()
    await sleep(20)
  }
  return { heapMb: process.memoryUsage().heapUsed / 2 ** 20, handles: process.getActiveResourcesInfo().length }
}

const unhandled: unknown[] = []
process.on('unhandledRejection', (reason) => unhandled.push(reason))

const server = await startRedis({ own: true })
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const prefix = `soak-${randomUUID()}`
const near = TOPOLOGIES['near-far']!({ redisUrl: server.url, prefix })
const caches = [...near, ...TOPOLOGIES['far']!({ redisUrl: server.url, prefix })]
await nearIsOn(near)

const rounds = Math.max(3, Math.round((minutes * 60) / (ROUND_SECONDS + REST_MS / 1000)))
const samples: Sample[] = []
const sum = { reads: 0, stale: 0, loads: 0, invalidations: 0, refused: 0, errors: 0, strikes: 0 }
for (let round = 0; round < rounds; round++) {
  const calm = torment(FAULTS, { ports: [server.port], server })
  // Until the heartbeat of a silent link fails, copies may be old.
  const verdict = await checkFreshness({ caches, seconds: ROUND_SECONDS, seed: seed + round, lagMs: 2500 })
  sum.strikes += await calm()
  for (const name of ['reads', 'stale', 'loads', 'invalidations', 'refused', 'errors'] as const)
    sum[name] += verdict[name]
  for (const example of verdict.examples) console.log(`  ${example}`)
  const sample = await rest()
  samples.push(sample)
  const { heapMb, handles } = sample
  console.log(
    `  ${round + 1}/${rounds}: ${sum.reads} reads, ${sum.stale} stale, ${sum.strikes} strikes; heap ${heapMb.toFixed(1)} MB, ${handles} handles`,
  )
}
await Promise.all(caches.map((cache) => cache.close()))
await server.stop()

// The first round warms up.
const third = Math.max(1, Math.floor((rounds - 1) / 3))
const median = (of: readonly number[]): number => [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)] as number
const grown = (measure: (sample: Sample) => number): number =>
  median(samples.slice(-third).map(measure)) - median(samples.slice(1, 1 + third).map(measure))
const heap = grown(({ heapMb }) => heapMb)
const handles = grown(({ handles: count }) => count)
const faults = [
  ...(sum.stale > 0 ? [`${sum.stale} stale reads`] : []),
  ...(sum.errors > 0 ? [`${sum.errors} reads rejected`] : []),
  ...(heap > ALLOWED_MB ? [`the heap grew by ${heap.toFixed(1)} MB`] : []),
  ...(handles > 2 ? [`${handles} handles more`] : []),
  ...(unhandled.length > 0 ? [`${unhandled.length} unhandled rejections: ${String(unhandled[0])}`] : []),
]
const what = `${sum.reads} reads, ${sum.invalidations} invalidations (${sum.refused} more refused), ${sum.loads} loads, ${sum.errors} errors, ${sum.strikes} strikes; heap ${heap >= 0 ? '+' : ''}${heap.toFixed(1)} MB, handles ${handles >= 0 ? '+' : ''}${handles}`
console.log(
  faults.length === 0 ? `SOUND: seed ${seed}: ${what}` : `UNSOUND: ${faults.join('; ')}. seed ${seed}: ${what}`,
)
process.exitCode = faults.length === 0 ? 0 : 1
