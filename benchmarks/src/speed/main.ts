import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startRedis } from '../../../test/redis-server/index.js'
import { measure, type Result, type Scene } from './measure.js'
import { memoryScenes, used } from './memory.js'
import { redisScenes } from './redis.js'
import { chart, machine, table } from './report.js'

const HELP = `Speed, side by side with other libraries: rounds in turn, medians, ratios.

  pnpm bench [--only memory|redis] [--rounds 15] [--json file] [--charts folder]

Redis is REDIS_URL, or a server of its own.`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    json: { type: 'string' },
    charts: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
if (values.help || !(rounds > 0) || ![undefined, 'memory', 'redis'].includes(values.only)) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

const all: { readonly title: string; readonly base: string; readonly results: readonly Result[] }[] = []

function bar(title: string): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined
  return (done) => {
    const full = Math.round(done * 30)
    process.stderr.write(`\r${'#'.repeat(full)}${'.'.repeat(30 - full)} ${title}`)
    if (done >= 1) process.stderr.write('\r\x1b[K')
  }
}

async function play(scenes: readonly Scene[]): Promise<void> {
  for (const scene of scenes) {
    const results = await measure(scene, rounds, bar(scene.title))
    console.log(table(scene.title, scene.base, results))
    all.push({ title: scene.title, base: scene.base, results })
  }
  for (const scene of scenes) await scene.close?.()
}

console.log(`${machine()}\n`)
if (values.only !== 'redis') {
  await play(await memoryScenes(1000))
  await play(await memoryScenes(100_000))
}
if (values.only !== 'memory') {
  const own = process.env['REDIS_URL'] === undefined ? await startRedis({ own: true }) : undefined
  await play(await redisScenes(own?.url ?? (process.env['REDIS_URL'] as string)))
  await own?.stop()
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine: machine(), all }, null, 2)}\n`)
if (values.charts !== undefined) {
  mkdirSync(values.charts, { recursive: true })
  for (const { title, results } of all) {
    const name = `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.svg`
    writeFileSync(join(values.charts, name), chart(title, results))
  }
}
if (used() === null) console.log('nothing was read')
// Some of the others keep timers.
process.exit(0)
