import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startRedis } from '../../../test/redis-server/index.js'
import { measure, type Result, type Scene } from './measure.js'
import { chart, machine, table } from './report.js'
import { backendScenes } from './scenes/backend.js'
import { hitsAndSets } from './scenes/hits-and-sets.js'
import { redisScenes } from './scenes/redis.js'
import { batch, codec, mixed, stampede, tags } from './scenes/work.js'
import { kept } from './sink.js'

/** Each is made when it is played, so that the others' memory is free again. */
const SUITES: Readonly<Record<string, readonly (() => Scene[] | Promise<Scene[]>)[]>> = {
  memory: [() => hitsAndSets(1000), () => hitsAndSets(100_000)],
  work: [
    () => [mixed()],
    async () => [await batch()],
    async () => [await tags()],
    async () => [await stampede()],
    () => [codec()],
  ],
  backend: [1000, 100_000].flatMap((count) => [() => backendScenes(count, false), () => backendScenes(count, true)]),
  redis: [
    async () => {
      const own = process.env['REDIS_URL'] === undefined ? await startRedis({ own: true }) : undefined
      const scenes = await redisScenes(own?.url ?? (process.env['REDIS_URL'] as string))
      return [...scenes.slice(0, -1), { ...(scenes.at(-1) as Scene), close: async () => own?.stop() }]
    },
  ],
}

const HELP = `Speed, side by side with other libraries: rounds in turn, medians, ratios.

  pnpm bench [--only ${Object.keys(SUITES).join('|')}] [--rounds 15] [--json file] [--charts folder]

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
if (values.help || !(rounds > 0) || (values.only !== undefined && SUITES[values.only] === undefined)) {
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
for (const [name, suite] of Object.entries(SUITES)) {
  if (values.only !== undefined && values.only !== name) continue
  for (const scenes of suite) await play(await scenes())
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine: machine(), all }, null, 2)}\n`)
if (values.charts !== undefined) {
  mkdirSync(values.charts, { recursive: true })
  for (const { title, results } of all) {
    const name = `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.svg`
    writeFileSync(join(values.charts, name), chart(title, results))
  }
}
if (kept() === null) console.log('nothing was read')
// Some of the others keep timers.
process.exit(0)
