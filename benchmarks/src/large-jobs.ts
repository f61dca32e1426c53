import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createCache } from '@holdfast/cache-core'
import { RedisBackend } from '@holdfast/cache-redis'
import { Redis } from 'ioredis'
import { startRedis } from '../../test/redis-server/index.js'

/** What a large job does to another client of the same server, which reads one key after the other meanwhile. */
const { values } = parseArgs({ options: { keys: { type: 'string', default: '1000000' } } })
const count = Number(values.keys)

const server = await startRedis({ own: true })
const prefix = `large-${randomUUID()}`
const cache = createCache({ backend: new RedisBackend({ url: server.url, prefix }), defaultTtl: '1h' })
const bystander = new Redis(server.url)
await bystander.set('one', 'key')

async function meanwhile<T>(name: string, job: () => Promise<T>): Promise<void> {
  let running = true
  const times: number[] = []
  const reader = (async () => {
    while (running) {
      const began = performance.now()
      await bystander.get('one')
      times.push(performance.now() - began)
    }
  })()
  const began = performance.now()
  const result = await job()
  const seconds = (performance.now() - began) / 1000
  running = false
  await reader
  times.sort((a, b) => a - b)
  const at = (share: number): string => (times[Math.floor((times.length - 1) * share)] as number).toFixed(2)
  console.log(
    `${name.padEnd(42)} ${seconds.toFixed(2).padStart(7)} s   others p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} ms   ${String(result)}`,
  )
}

async function fill(): Promise<void> {
  const WINDOW = 10_000
  for (let from = 0; from < count; from += WINDOW) {
    const size = Math.min(WINDOW, count - from)
    await cache.setMany(
      Array.from({ length: size }, (_, index) => {
        const id = from + index
        return [`${id % 10 === 0 ? 'order' : 'user'}:${id}`, { id }] as const
      }),
    )
  }
}

await meanwhile('nothing, for two seconds', () => new Promise((resolve) => setTimeout(resolve, 2000)))
await meanwhile(`setMany of ${count}, 10,000 at a time`, fill)
const many = Array.from({ length: 10_000 }, (_, index) => `user:${index}`)
await meanwhile('getMany of 10,000', async () => (await cache.getMany(many)).size)
await meanwhile('getOrSetMany of 10,000, all missing', async () => {
  const missing = many.map((key) => `new:${key}`)
  return (await cache.getOrSetMany(missing, (keys) => new Map(keys.map((key) => [key, 1])))).size
})
await meanwhile('deleteMany of 10,000', () => cache.deleteMany(many.map((key) => `new:${key}`)))
let steps = 0
await meanwhile(`deletePattern user:* of ${count}`, () =>
  cache.deletePattern('user:*', { onProgress: () => void steps++ }),
)
console.log(`  onProgress was called ${steps} times`)
await meanwhile('clear', () => cache.clear())
await cache.close()
bystander.disconnect()
await server.stop()
