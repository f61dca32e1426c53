import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { cluster } from './cluster.js'
import { drill, type Outcome } from './drill.js'
import { sentinel } from './sentinel.js'
import { LAG_MS, type Setup } from './setup.js'
import { standalone } from './standalone.js'

const SETUPS: Readonly<Record<string, () => Promise<Setup>>> = { standalone, sentinel, cluster }
const HELP = `Harms real servers while two processes' caches read and invalidate, and prints what that led to.

  pnpm check:faults [--topology ${Object.keys(SETUPS).join('|')}] [--only text]`

const { values } = parseArgs({
  options: {
    topology: { type: 'string', default: Object.keys(SETUPS).join(',') },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
})
const topologies = values.topology.split(',')
if (values.help || topologies.some((name) => SETUPS[name] === undefined)) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

const ms = (time: number): string => (time < 10 ? time.toFixed(1) : String(Math.round(time)))
const row = (fault: string, meanwhile: string, outcome: Outcome): string => {
  const refused = Object.entries(outcome.refused).map(([code, times]) => `${times} ${code}`)
  return `| ${[
    fault,
    meanwhile,
    outcome.reads,
    ms(outcome.slowestReadMs),
    outcome.invalidations,
    refused.join(', ') || '0',
    ms(outcome.slowestInvalidationMs),
    ms(outcome.recoveredMs),
    outcome.stale.length,
    outcome.lost.length,
  ].join(' | ')} |`
}

const unhandled: unknown[] = []
process.on('unhandledRejection', (reason) => unhandled.push(reason))
let unsound = 0
console.log(`${cpus()[0]?.model.trim()} x ${cpus().length}, Node ${process.versions.node}`)
for (const topology of topologies) {
  const { faults, caches, stop } = await (SETUPS[topology] as () => Promise<Setup>)()
  console.log(
    `\n| ${topology} | meanwhile | reads | slowest, ms | invalidations | refused | slowest, ms | used again after, ms | stale | lost |`,
  )
  console.log(`| --- | --- |${' ---: |'.repeat(8)}`)
  for (const fault of faults.filter(({ name }) => name.includes(values.only))) {
    const outcome = await drill(caches, fault, LAG_MS)
    console.log(row(fault.name, fault.meanwhile, outcome))
    for (const problem of [...outcome.stale, ...outcome.lost, ...outcome.failedReads].slice(0, 5)) console.log(problem)
    unsound += outcome.stale.length + outcome.lost.length + outcome.failedReads.length
  }
  await stop()
}
for (const reason of unhandled) console.log('unhandled:', reason)
console.log(unsound + unhandled.length === 0 ? '\nSOUND' : '\nUNSOUND')
process.exit(unsound + unhandled.length === 0 ? 0 : 1)
