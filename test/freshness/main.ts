import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { checkFreshness, type Verdict } from './checker.js'
import { TOPOLOGIES } from './topologies.js'

const HELP = `Checks the promise with random schedules: no read that starts after an invalidation returned sees the old value.

  pnpm check:freshness [--seconds 10] [--topology ${Object.keys(TOPOLOGIES).join('|')}] [--lease 30s] [--seed n]

far needs REDIS_URL.`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    topology: { type: 'string', default: 'near' },
    lease: { type: 'string', default: '30s' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const open = TOPOLOGIES[values.topology]
if (values.help || open === undefined || !(seconds > 0)) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

const seed = Number(values.seed ?? Date.now() % 1_000_000)
const redisUrl = process.env['REDIS_URL']
const caches = open({
  ...(redisUrl !== undefined && { redisUrl }),
  prefix: `freshness-${randomUUID()}`,
  lockTtl: values.lease,
})
const line = ({ reads, stale, loads, invalidations, errors }: Verdict): string =>
  `${reads} reads, ${invalidations} invalidations, ${loads} loads, ${errors} errors, ${stale} stale`
const verdict = await checkFreshness({ caches, seconds, seed, onProgress: (now) => console.log(`  ${line(now)}`) })
await Promise.all(caches.map((cache) => cache.close()))
for (const example of verdict.examples) console.log(`  ${example}`)
console.log(`${verdict.stale === 0 ? 'FRESH' : 'STALE'}: ${values.topology}, seed ${seed}: ${line(verdict)}`)
process.exitCode = verdict.stale === 0 ? 0 : 1
