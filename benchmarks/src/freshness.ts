import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { checkFreshness, type Verdict } from '../../test/freshness/checker.js'
import { LAG_MS, nearIsOn, TOPOLOGIES } from '../../test/freshness/topologies.js'
import { startRedis } from '../../test/redis-server/index.js'
import { RIVALS, type Rival } from './rivals/index.js'

const HELP = `The freshness checker over Holdfast and other libraries: four instances over one real Redis, readers, loaders of 1 to
120 ms, and writers that change a versioned database and then invalidate. A read is stale when it returns a version
older than one whose invalidation had returned before the read began.

  pnpm bench:freshness [--seconds 20] [--only name,...] [--seed 1] [--json file]

Uses REDIS_URL, or a server of its own.`

const INSTANCES = 4
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
if (values.help || !(seconds > 0)) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

interface Contender {
  readonly name: string
  readonly setup: string
  readonly run: (redisUrl: string) => Promise<Verdict>
}
const progress = (verdict: Verdict): void => {
  process.stderr.write(`  ${verdict.reads} reads, ${verdict.stale} stale\r`)
}
const common = { seconds, seed: Number(values.seed), onProgress: progress }

const ours = (topology: string, setup: string): Contender => ({
  name: 'holdfast',
  setup,
  run: async (redisUrl) => {
    const caches = (TOPOLOGIES[topology] as (typeof TOPOLOGIES)[string])({ redisUrl, prefix: randomUUID() })
    if (topology === 'near-far') await nearIsOn(caches)
    const verdict = await checkFreshness({ ...common, caches, lagMs: LAG_MS[topology] ?? 0 })
    await Promise.all(caches.map((cache) => cache.close()))
    return verdict
  },
})
/** Those that keep copies in process memory are given the time to hear of a change that our own near cache is given. */
const theirs = ({ name, version, setup, without, open }: Rival): Contender => ({
  name: `${name} ${version}`,
  setup,
  run: async (redisUrl) => {
    const prefix = randomUUID()
    const members = Array.from({ length: INSTANCES }, () => open(redisUrl, prefix))
    const lagMs = setup.startsWith('memory') ? (LAG_MS['near-far'] as number) : 0
    const verdict = await checkFreshness({ ...common, caches: members.map(({ subject }) => subject), without, lagMs })
    await Promise.allSettled(members.map(({ close }) => close()))
    return verdict
  },
})

const wanted = values.only?.split(',')
const contenders = [ours('far', 'Redis'), ours('near-far', 'memory and Redis'), ...RIVALS.map(theirs)].filter(
  ({ name }) => wanted === undefined || wanted.some((one) => name.startsWith(one)),
)

const server = process.env['REDIS_URL'] === undefined ? await startRedis({ own: true }) : undefined
const redisUrl = process.env['REDIS_URL'] ?? (server?.url as string)
const machine = `${cpus()[0]?.model.trim()} x ${cpus().length}, Node ${process.versions.node}, ${seconds} s each, seed ${values.seed}`
const rows: (Verdict & { readonly name: string; readonly setup: string })[] = []
console.log(machine)
console.log('| library | over | reads | stale | of reads | invalidations | loads | errors |')
console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |')
for (const { name, setup, run } of contenders) {
  const verdict = await run(redisUrl)
  rows.push({ name, setup, ...verdict })
  const { reads, stale, invalidations, loads, errors, refused } = verdict
  const share = `${((100 * stale) / reads).toFixed(1)} %`
  console.log(`| ${[name, setup, reads, stale, share, invalidations, loads, errors + refused].join(' | ')} |`)
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`)
await server?.stop()
process.exit(0)
