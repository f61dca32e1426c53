import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCache } from '@holdfast/cache-core'
import { RedisBackend } from '@holdfast/cache-redis'
import type { Answer, Order } from './protocol.js'

/** A process of a fleet: takes orders as lines of JSON, answers in kind. */
const [url, prefix, lockTtl] = process.argv.slice(2) as [string, string, string]
const cache = createCache({ backend: new RedisBackend({ url, prefix }), protection: { lockTtl, maxWait: '30s' } })
const now = (): number => performance.timeOrigin + performance.now()
const say = (answer: Answer): void => void process.stdout.write(`${JSON.stringify(answer)}\n`)

async function obey({ key, callers, loadMs, value }: Order): Promise<void> {
  let loads = 0
  const load = async (): Promise<{ value: string; loadedAt: number }> => {
    loads++
    say({ type: 'loading' })
    await sleep(loadMs)
    return { value, loadedAt: now() }
  }
  const answered = await Promise.all(
    Array.from({ length: callers }, async () => {
      const found = await cache.getOrSet(key, load)
      return { ...found, answeredAt: now() }
    }),
  )
  say({
    type: 'done',
    loads,
    values: [...new Set(answered.map((one) => one.value))],
    lateMs: answered.map((one) => one.answeredAt - one.loadedAt),
    refused: cache.stats().refused,
  })
}

// The connection and the subscription stand before the first order.
await cache.getOrSet('warm-up', () => 1)
say({ type: 'ready' })
for await (const line of createInterface({ input: process.stdin })) void obey(JSON.parse(line) as Order)
await cache.close()
