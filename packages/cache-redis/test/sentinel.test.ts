import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CacheService } from '@holdfast/cache-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SentinelGroup, startSentinels } from '../../../test/redis-server/sentinel/index.js'
import { Connection } from '../src/connection/connection.js'
import { checkRedisOptions } from '../src/options.js'
import { cacheOn } from './support/caches.js'

let group: SentinelGroup
let one: CacheService
let two: CacheService
beforeEach(async () => {
  group = await startSentinels()
  const prefix = `sentinel-${randomUUID()}`
  const open = () => cacheOn({ sentinel: { nodes: group.nodes, name: group.name }, prefix })
  one = open()
  two = open()
})
afterEach(() => group?.stop())

/** Asks until a value is kept and another process finds it. */
async function untilKept(): Promise<{ slowest: number; refused: number }> {
  let slowest = 0
  let refused = 0
  const deadline = performance.now() + 25_000
  for (let turn = 0; performance.now() < deadline; turn++) {
    const began = performance.now()
    expect(await one.getOrSet('k', () => `loaded ${turn}`)).toBeDefined()
    slowest = Math.max(slowest, performance.now() - began)
    const kept = await one.set('new', turn).then(
      () => true,
      () => ++refused < 0,
    )
    if (kept && (await two.get('new')) === turn) break
    await sleep(50)
  }
  return { slowest, refused }
}

describe('the primary that sentinels name', () => {
  it('is used, and shared', async () => {
    await one.set('k', 1, { tags: ['t'] })
    expect(await two.get('k')).toBe(1)
    await two.invalidateTags(['t'])
    expect(await one.get('k')).toBeUndefined()
    expect((await one.health()).status).toBe('up')
  })

  it.each([
    ['dies', (primary: number) => group.kill(primary)],
    ['freezes', (primary: number) => group.freeze(primary)],
  ])('that %s is succeeded by its replica: reads miss, loads load, nothing hangs', async (_, harm) => {
    await one.getOrSet('k', () => 'before')
    await two.get('k')
    const primary = await group.primary()
    await harm(primary)
    const { slowest, refused } = await untilKept()
    expect(refused, 'it was away').toBeGreaterThan(0)
    expect(slowest).toBeLessThan(5_000)
    expect(await group.primary()).not.toBe(primary)
    await one.delete('new')
    expect(await two.get('new')).toBeUndefined()
    await group.thaw(primary).catch(() => undefined)
  })

  it('that was succeeded may be distrusted: onServerChange clear forgets what its successor holds', async () => {
    const prefix = `changed-${randomUUID()}`
    const open = (onServerChange: 'keep' | 'clear', name: string) =>
      cacheOn({ sentinel: { nodes: group.nodes, name: group.name }, prefix: `${prefix}-${name}`, onServerChange })
    const keeps = open('keep', 'keeps')
    const clears = open('clear', 'clears')
    for (const cache of [keeps, clears]) {
      // Loaded: what was set or invalidated in the last seconds is forgotten in either case.
      await cache.getOrSet('k', () => 'v', { ttl: 600 })
      expect(await cache.get('k')).toBe('v')
    }
    const primary = await group.primary()
    await group.kill(primary)
    await expect.poll(() => keeps.get('k'), { timeout: 25_000, interval: 50 }).toBe('v')
    await expect
      .poll(
        () =>
          clears.set('new', 1).then(
            () => 'stored',
            () => 'refused',
          ),
        { timeout: 25_000 },
      )
      .toBe('stored')
    expect(await clears.getMany(['k', 'new'])).toEqual(new Map([['new', 1]]))
  })

  it('may be announced while the client asks for it', async () => {
    const connection = new Connection(
      checkRedisOptions({ sentinel: { nodes: group.nodes, name: group.name }, prefix: 'p' }),
    )
    const { client } = connection
    await expect.poll(() => client.status).toBe('ready')
    const seen: string[] = []
    for (const event of ['connecting', 'end', 'ready']) client.on(event, () => seen.push(event))
    // What ioredis does when it hears of a new primary, whatever it is doing at that moment.
    const { connector } = client as unknown as { connector: { disconnect(): void } }
    client.on('connecting', () => seen.length === 1 && connector.disconnect())
    connector.disconnect()
    await expect.poll(() => seen, { timeout: 5000 }).toEqual(['connecting', 'end', 'connecting', 'ready'])
    connection.close()
    await expect.poll(() => client.status).toBe('end')
    await sleep(300)
    expect(client.status, 'closed for good').toBe('end')
  })
})
