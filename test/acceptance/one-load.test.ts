import { setTimeout as sleep } from 'node:timers/promises'
import { settle } from '@holdfast/cache-core/testing'
import { describe, expect, it } from 'vitest'
import { ARRANGEMENTS, held, lifted, memory, redis } from './nodes.js'

const several = <T>(count: number, call: () => Promise<T>): Promise<T>[] => Array.from({ length: count }, call)

describe.each(ARRANGEMENTS)('one load for all who ask, on $name', ({ open }) => {
  it('a loader that fails runs once for ten waiters, who all get the very error it threw', async () => {
    const { a } = open()
    const failure = Object.assign(new TypeError('the database is away'), { table: 'users' })
    const load = held((): string => {
      throw failure
    })
    const callers = Promise.allSettled(several(10, () => a.getOrSet('k', load)))
    for (const caller of await callers) expect(caller).toEqual({ status: 'rejected', reason: failure })
    for (const caller of await callers) expect((caller as PromiseRejectedResult).reason).toBe(failure)
    expect(load.runs).toBe(1)
    expect(await a.getOrSet('k', () => 'the next caller tries again')).toBe('the next caller tries again')
  })

  it('a load that is too slow for its callers goes on: the next caller joins it, and its value is kept', async () => {
    const { a, clock } = open()
    const load = held(() => 'late')
    const callers = Promise.allSettled(several(10, () => a.getOrSet('k', load, { hardTimeout: '100ms' })))
    await load.entered
    await clock.advance(100)
    for (const caller of await callers)
      expect(caller).toMatchObject({ status: 'rejected', reason: { code: 'E_TIMEOUT' } })

    const next = several(10, () => a.getOrSet('k', load))
    await settle()
    load.letGo()
    expect(new Set(await Promise.all(next))).toEqual(new Set(['late']))
    expect(await a.get('k')).toBe('late')
    expect(load.runs).toBe(1)
  })
})

describe('a loader slower than its lease is still one run for twenty callers on two nodes', () => {
  it.each([memory, lifted])('on $name', async ({ open }) => {
    const { a, b, clock } = open({ protection: { lockTtl: 1, maxWait: 60 } })
    const load = held(() => 'slow')
    const callers = [a, b].flatMap((cache) => several(10, () => cache.getOrSet('k', load)))
    await load.entered
    await clock.advance(10_000)
    load.letGo()
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['slow']))
    expect(load.runs).toBe(1)
  })

  // The server counts the lease's time itself.
  it(`on ${redis.name}`, async () => {
    const { systemClock } = await import('@holdfast/cache-core')
    const { a, b } = redis.open({ clock: systemClock, protection: { lockTtl: '150ms', maxWait: 60 } })
    const load = held(() => 'slow')
    const callers = [a, b].flatMap((cache) => several(10, () => cache.getOrSet('k', load)))
    await load.entered
    await sleep(750)
    load.letGo()
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['slow']))
    expect(load.runs).toBe(1)
  })
})
