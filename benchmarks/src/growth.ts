import { execFileSync } from 'node:child_process'
import { setImmediate as turn } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Draft } from '@holdfast/cache-core'
import { ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { LRUCache } from 'lru-cache'
import { machine } from './speed/report.js'
import { keep } from './speed/sink.js'

const HELP = `What a store costs as it grows: memory, reads, the slowest operations, sweeping, removing by prefix.

  pnpm bench:growth [--sizes 1000,100000,1000000,5000000]`

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,100000,1000000,5000000' },
    help: { type: 'boolean', default: false },
    // One row of the table, in a process of its own: nobody pays for another's garbage.
    row: { type: 'string' },
  },
})
const sizes = values.sizes.split(',').map(Number)
if (values.help || sizes.some((size) => !(size >= 1))) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void
const READS = 2_000_000
const AT_ONCE = 256
/** Values cost nothing of their own: what is left is the store's. */
const VALUE = 1

const memory = (): number => {
  gc()
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

interface Store {
  readonly write: (key: string) => void
  readonly read: (key: string) => unknown
}
const draft = (keepUntil: number): Draft => ({
  value: VALUE,
  tags: [],
  createdAt: 0,
  freshUntil: keepUntil,
  keepUntil,
  loadMs: 0,
})
const ours = (maxEntries: number, until = Number.POSITIVE_INFINITY): Store => {
  const backend = new MemoryBackend({ maxEntries })
  return { write: (key) => backend.write(key, draft(until)), read: (key) => backend.get(key) }
}
const lru = (max: number, ttl?: number): Store => {
  const cache = new LRUCache<string, number>({ max, ...(ttl !== undefined && { ttl }) })
  return { write: (key) => void cache.set(key, VALUE), read: (key) => cache.get(key) }
}
const DAY_MS = 86_400_000
const STORES: Readonly<Record<string, (size: number) => Store>> = {
  'holdfast MemoryBackend': (size) => ours(size),
  'holdfast MemoryBackend, TTL': (size) => ours(size, Date.now() + DAY_MS),
  'lru-cache': (size) => lru(size),
  'lru-cache, TTL': (size) => lru(size, DAY_MS),
}

const keysOf = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, id) => `user:${Math.floor((from + id) / 10)}:item:${(from + id) % 10}`)

/** The longest that so many operations in a row took, ms. */
function slowest(keys: readonly string[], call: (key: string) => unknown): number {
  let longest = 0
  for (let from = 0; from < keys.length; from += AT_ONCE) {
    const began = performance.now()
    for (let at = from; at < Math.min(from + AT_ONCE, keys.length); at++) keep(call(keys[at] as string))
    longest = Math.max(longest, performance.now() - began)
  }
  return longest
}

/** Nanoseconds a read takes, in an order of no pattern. */
function readAll({ read }: Store, keys: readonly string[], times: number): number {
  let at = 0
  let found: unknown
  const began = performance.now()
  for (let left = times; left > 0; left--) {
    at = (at + 7919) % keys.length
    found = read(keys[at] as string)
  }
  keep(found)
  return ((performance.now() - began) * 1e6) / times
}

function row(name: string, size: number): string {
  const keys = keysOf(size)
  const others = keysOf(Math.min(size, MILLION), size)
  // Their hashes are computed when they are first used: not while a store is measured.
  for (const key of keys) keep(new Set([key]))
  for (const key of others) keep(new Set([key]))
  const make = STORES[name] as (size: number) => Store
  // The code is compiled, and the first objects are made, before anything is measured.
  readAll(warm(make(1000), keys), keys.slice(0, 1000), READS)
  const before = memory()
  const store = make(size)
  const filling = slowest(keys, store.write)
  const bytes = (memory() - before) / size
  readAll(store, keys, size)
  const ns = readAll(store, keys, Math.max(READS, size))
  const full = slowest(others, store.write)
  return `| ${size.toLocaleString('en')} | ${name} | ${bytes.toFixed(1)} | ${ns.toFixed(0)} | ${filling.toFixed(1)} | ${full.toFixed(1)} |`
}

function warm(store: Store, keys: readonly string[]): Store {
  for (const key of keys.slice(0, 1000)) store.write(key)
  return store
}

const MILLION = 1_000_000
if (values.row !== undefined) {
  console.log(row(values.row, sizes[0] as number))
  process.exit(0)
}
console.log(machine())
console.log(`
| entries | store | bytes per entry beside the key | ns per read that hits | slowest ${AT_ONCE} writes while filling, ms | slowest ${AT_ONCE} writes when full, ms |
| ---: | --- | ---: | ---: | ---: | ---: |`)
for (const size of sizes) {
  for (const name of Object.keys(STORES)) {
    const args = [...process.execArgv, process.argv[1] as string, '--row', name, '--sizes', String(size)]
    process.stdout.write(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  }
}

const clock = new ManualClock()
const keys = keysOf(MILLION)

/** Half of a million entries are past their time; every new one lets the store look for some of them. */
function sweep(): void {
  const backend = new MemoryBackend({ maxEntries: MILLION + 1, clock })
  const soon = clock.now() + 1000
  for (const [at, key] of keys.entries()) backend.write(key, draft(at % 2 === 0 ? soon : clock.now() + DAY_MS))
  clock.step(2000)
  let [writes, longest, spent] = [0, 0, 0]
  while (backend.size > MILLION / 2 + 1 && writes < MILLION) {
    const began = performance.now()
    backend.write('one more', draft(clock.now() + DAY_MS))
    const took = performance.now() - began
    writes++
    spent += took
    longest = Math.max(longest, took)
  }
  console.log(
    `\nA million entries, half of them past their time: reclaimed by ${writes.toLocaleString('en')} writes, ${spent.toFixed(0)} ms in all, the slowest ${longest.toFixed(2)} ms.`,
  )
}

/** What else the process gets to do meanwhile: the longest that the event loop did not turn. */
async function removal(glob: string): Promise<void> {
  const backend = new MemoryBackend({ maxEntries: MILLION })
  for (const key of keys) backend.write(key, draft(Number.POSITIVE_INFINITY))
  let longest = 0
  let running = true
  const watch = (async () => {
    for (let before = performance.now(); running; ) {
      await turn()
      const now = performance.now()
      longest = Math.max(longest, now - before)
      before = now
    }
  })()
  await turn()
  longest = 0
  const began = performance.now()
  const removed = await backend.removePattern(glob, {})
  const took = performance.now() - began
  running = false
  await watch
  console.log(
    `deletePattern ${JSON.stringify(glob)} of a million: ${removed.toLocaleString('en')} gone in ${took.toFixed(1)} ms, the event loop held up for at most ${longest.toFixed(1)} ms.`,
  )
}

sweep()
for (const glob of ['user:12345:*', 'user:1*', '*:item:7', 'user:*:item:7']) await removal(glob)
process.exit(0)
