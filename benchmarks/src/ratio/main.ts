import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seeded } from '../../../packages/cache-memory/test/policy/streams.js'
import { machine } from '../speed/report.js'
import { chart } from './chart.js'
import { POLICIES } from './policies/index.js'
import { generated, type Stream } from './streams.js'
import { readTrace } from './traces.js'

const HELP = `Hit ratios, in percent: what each policy answers of a stream whose misses are loaded and kept.

  pnpm bench:ratio [--trace file]... [--sizes 512,1000] [--json file] [--chart file.svg]

Without a trace: streams that are generated. A trace has one request per line, the key first; .lis and .gz are read too.
Without sizes a trace is played at 2, 5, 10 and 25 percent of its keys.`

const { values } = parseArgs({
  options: {
    trace: { type: 'string', multiple: true, default: [] },
    sizes: { type: 'string', default: '' },
    json: { type: 'string' },
    chart: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const sizes = values.sizes.split(',').filter(Boolean).map(Number)
if (values.help || sizes.some((size) => !(size >= 1))) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

function hitRatio(policy: string, { requests: stream, keys }: Stream, size: number): number {
  const cache = POLICIES[policy]!({ size, keys, stream, random: seeded(1) })
  let hits = 0
  for (const key of stream) if (cache.ask(key)) hits++
  return (100 * hits) / stream.length
}

function* streams(): Generator<Stream> {
  if (values.trace.length === 0) yield* generated()
  for (const path of values.trace) yield readTrace(path, sizes)
}

const names = Object.keys(POLICIES)
const rows: { readonly stream: string; readonly size: number; readonly ratios: readonly number[] }[] = []
const line = (cells: readonly unknown[]): string => `| ${cells.join(' | ')} |`
console.log(machine())
console.log(line(['stream', 'size', ...names]))
console.log(line(['---', ...names.map(() => '---:'), '---:']))
for (const stream of streams()) {
  for (const size of stream.sizes) {
    const ratios = names.map((name) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${stream.name} at ${size}: ${name}`)
      return hitRatio(name, stream, size)
    })
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    rows.push({ stream: stream.name, size, ratios })
    console.log(line([stream.name, size, ...ratios.map((ratio) => ratio.toFixed(1))]))
  }
}
const means = names.map((_, at) => rows.reduce((sum, { ratios }) => sum + ratios[at]!, 0) / rows.length)
console.log(line([`mean of ${rows.length}`, '', ...means.map((mean) => mean.toFixed(1))]))

if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ machine: machine(), policies: names, rows, means }, null, 2)}\n`)
if (values.chart !== undefined) {
  mkdirSync(join(values.chart, '..'), { recursive: true })
  writeFileSync(values.chart, chart(`Hits of ${rows.length} streams and sizes, mean`, names, means))
}
