import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CacheService } from '@holdfast/cache-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SentinelGroup, startSentinels } from '../../../test/redis-server/sentinel/index.js'
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
})
