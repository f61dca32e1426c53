import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ARRANGEMENTS, lifted, memory, redis } from './nodes.js'

const DAY_MS = 86_400_000
const fail = () => Promise.reject(new Error('the database is away'))

describe.each([memory, lifted])('lifetimes on $name', ({ open }) => {
  it('a grace that is shorter than the ttl shortens nothing', async () => {
    const { a, clock } = open()
    await a.set('k', 'v', { ttl: '1h', grace: '1m' })
    await clock.advance(59 * 60_000)
    expect(await a.get('k')).toBe('v')
    await clock.advance(90_000)
    expect(await a.lookup('k')).toMatchObject({ hit: false, stale: true })
    await clock.advance(60_000)
    expect(await a.lookup('k')).toMatchObject({ hit: false, stale: false })
  })

  it('a backoff counts from the failure', async () => {
    const { a, clock } = open({ graceBackoff: '10s' })
    await a.set('k', 'stale', { ttl: '1s', grace: '1h' })
    await clock.advance(60_000)
    let runs = 0
    const load = () => (runs++, fail())
    for (const [pause, expected] of [
      [0, 1],
      [9_000, 1],
      [1_500, 2],
      [9_000, 2],
      [1_500, 3],
    ] as const) {
      await clock.advance(pause)
      expect(await a.getOrSet<string>('k', load)).toBe('stale')
      expect(runs).toBe(expected)
    }
  })

  it('longer than Node’s timers reach (24.8 days) are kept as long as they say', async () => {
    const { a, clock } = open()
    await a.set('k', 'v', { ttl: '60d' })
    await clock.advance(59 * DAY_MS)
    expect(await a.get('k')).toBe('v')
    await clock.advance(2 * DAY_MS)
    expect(await a.get('k')).toBeUndefined()
  })

  it('a clock that is set back or forth breaks nothing', async () => {
    const { a, clock } = open()
    await a.set('k', 'v', { ttl: '1m' })
    await clock.advance(DAY_MS)
    expect(await a.get('k')).toBeUndefined()
    expect(await a.getOrSet('k', () => 'again', { ttl: '1m' })).toBe('again')
    expect(await a.get('k')).toBe('again')
  })
})

describe.each(ARRANGEMENTS)('lifetimes on $name', ({ open }) => {
  it.each([0, -1, Number.NaN, '0s', '5 parsecs', '', null])('%s is refused, and nothing is touched', async (ttl) => {
    const { a } = open()
    await a.set('k', 'before')
    for (const call of [
      () => a.set('k', 'v', { ttl: ttl as never }),
      () => a.getOrSet('l', () => 'v', { ttl: ttl as never }),
      () => a.touch('k', ttl as never),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'E_CONFIG' })
    }
    expect(await a.get('k')).toBe('before')
    expect(await a.has('l')).toBe(false)
  })
})

describe('lifetimes on Redis', () => {
  it('of less than a second end when they say', async () => {
    const { systemClock } = await import('@holdfast/cache-core')
    const { a, b } = redis.open({ clock: systemClock })
    await a.set('k', 'v', { ttl: '150ms' })
    expect(await b.get('k')).toBe('v')
    await sleep(170)
    expect(await b.get('k')).toBeUndefined()
  })

  it('of sixty days, and for ever, are stored with a TTL', async () => {
    const { systemClock } = await import('@holdfast/cache-core')
    const { a, b } = redis.open({ clock: systemClock })
    await a.set('long', 'v', { ttl: '60d' })
    await a.set('for ever', 'v', { ttl: Number.POSITIVE_INFINITY })
    expect(await b.ttl('long')).toBeGreaterThan((59 * DAY_MS) / 1000)
    expect(await b.ttl('for ever')).toBe(Number.POSITIVE_INFINITY)
  })
})
