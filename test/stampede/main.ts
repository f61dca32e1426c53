import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { FleetProcess } from '../../packages/cache-redis/test/processes/fleet-process.js'
import { startRedis } from '../redis-server/index.js'

const HELP = `Real processes over one Redis: how many loads, how soon the waiters are answered, how soon a dead holder is succeeded.

  pnpm check:stampede [--rounds 20] [--processes 8] [--callers 50]

Uses REDIS_URL, or a server of its own. Exits with 1 if a limit is passed; the limits are for an idle machine.`

const LATE_LIMIT_MS = 20
const HEIR_LIMIT_MS = 50
const LEASE_MS = 1000

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    processes: { type: 'string', default: '8' },
    callers: { type: 'string', default: '50' },
    help: { type: 'boolean', default: false },
  },
})
const [rounds, size, callers] = [Number(values.rounds), Number(values.processes), Number(values.callers)]
if (values.help || !(rounds > 0 && size > 0 && callers > 0)) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

const ownServer = process.env['REDIS_URL'] === undefined ? await startRedis({ own: true }) : undefined
const url = process.env['REDIS_URL'] ?? (ownServer?.url as string)
const fleet = (count: number, lockTtl: string): Promise<FleetProcess[]> => {
  const prefix = `stampede-${randomUUID()}`
  return Promise.all(Array.from({ length: count }, () => new FleetProcess(url, prefix, lockTtl).ready()))
}
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
const show = (ms: number): string => `${ms.toFixed(1)} ms`

async function coldKeys(lockTtl: string, loadMs: number, count: number): Promise<{ loads: number; late: number[] }> {
  const processes = await fleet(size, lockTtl)
  let loads = 0
  const late: number[] = []
  for (let round = 0; round < count; round++) {
    const orders = processes.map((one) => one.order({ key: `cold:${round}`, callers, loadMs, value: `${round}` }))
    for (const done of await Promise.all(orders)) {
      loads += done.loads
      late.push(...done.lateMs)
    }
  }
  await Promise.all(processes.map((one) => one.end()))
  return { loads, late: late.sort((a, b) => a - b) }
}

/** From the death of a holder to the load of his heir, less the lease he left. */
async function succession(): Promise<number> {
  const [doomed, heir] = (await fleet(2, `${LEASE_MS}ms`)) as [FleetProcess, FleetProcess]
  void doomed.order({ key: 'k', callers: 1, loadMs: 60_000, value: 'never' })
  await doomed.loading()
  doomed.signal('SIGKILL')
  const died = performance.now()
  const done = heir.order({ key: 'k', callers: 1, loadMs: 1, value: 'mine' })
  await heir.loading()
  const taken = performance.now() - died
  await done
  await heir.end()
  return taken - LEASE_MS
}

const quick = await coldKeys('30s', 200, rounds)
console.log(`${rounds} cold keys, ${size} processes x ${callers} callers: ${quick.loads} loads`)
console.log(
  `  answered after the load ended: p50 ${show(quantile(quick.late, 0.5))}, p99 ${show(quantile(quick.late, 0.99))}`,
)
const slow = await coldKeys('200ms', 1000, 3)
console.log(`3 cold keys, loads five times the lease: ${slow.loads} loads`)
const heirs: number[] = []
for (let round = 0; round < 5; round++) heirs.push(await succession())
console.log(`a dead holder is succeeded after its lease and at most ${show(Math.max(...heirs))}`)
await ownServer?.stop()

const failures = [
  quick.loads !== rounds && `${quick.loads} loads for ${rounds} keys`,
  slow.loads !== 3 && `${slow.loads} loads for 3 keys with slow loads`,
  quantile(quick.late, 0.99) > LATE_LIMIT_MS && `p99 over ${LATE_LIMIT_MS} ms`,
  Math.max(...heirs) > HEIR_LIMIT_MS && `succession over lease + ${HEIR_LIMIT_MS} ms`,
].filter(Boolean)
console.log(failures.length === 0 ? 'ONE LOAD PER KEY' : `FAILED: ${failures.join('; ')}`)
process.exitCode = failures.length === 0 ? 0 : 1
