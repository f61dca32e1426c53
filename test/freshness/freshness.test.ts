import { randomUUID } from 'node:crypto'
import { describe, expect, inject, it } from 'vitest'
import { Flights } from '../../packages/cache-core/src/layers/flights.js'
import { BROKEN, lateAnswers } from './broken.js'
import { checkFreshness, type Verdict } from './checker.js'
import { TOPOLOGIES, type TopologyOptions } from './topologies.js'

const SECONDS = 3

async function run(
  topology: string,
  seconds: number,
  options: Partial<TopologyOptions> = {},
  seed = 1,
): Promise<Verdict> {
  const caches = TOPOLOGIES[topology]!({
    redisUrl: inject('redisUrl'),
    prefix: `freshness-${randomUUID()}`,
    ...options,
  })
  try {
    return await checkFreshness({ caches, seconds, seed })
  } finally {
    await Promise.all(caches.map((cache) => cache.close()))
  }
}

describe('no read that starts after an invalidation returned sees the old value', { timeout: 60_000 }, () => {
  const cases: [string, string, Partial<TopologyOptions>][] = [
    ['near', 'near', {}],
    ['lifted', 'lifted', {}],
    ['far', 'far', {}],
    ['far, leases shorter than loads', 'far', { lockTtl: '60ms' }],
    [
      'far, late answers',
      'far',
      { spoil: (backend) => lateAnswers(backend, ['read', 'readMany', 'acquire', 'fill'], 40) },
    ],
  ]
  it.each(cases)('%s', async (_, topology, options) => {
    const verdict = await run(topology, SECONDS, options)
    expect(verdict.examples).toEqual([])
    expect(verdict).toMatchObject({ stale: 0, errors: 0 })
    expect(verdict.reads).toBeGreaterThan(500)
    expect(verdict.invalidations).toBeGreaterThan(20)
  })
})

describe('the checker has teeth: it catches a cache that', { timeout: 60_000 }, () => {
  /** Some shortcuts need bad luck to show: up to twenty tries. */
  const caught = async (options: Partial<TopologyOptions>): Promise<boolean> => {
    for (let seed = 1; seed <= 20; seed++) if ((await run('far', 2, options, seed)).stale > 0) return true
    return false
  }

  it.each(Object.entries(BROKEN))('%s', async (_, spoil) => {
    expect(await caught({ spoil })).toBe(true)
  })

  it('lets callers join until the answer to the fill', async () => {
    const open = Flights.prototype.open
    Flights.prototype.open = function (key, tags, lead) {
      return open.call(this, key, tags, (flight) => lead({ ...flight, seal: () => undefined })) as never
    }
    try {
      expect(await caught({ spoil: (backend) => lateAnswers(backend, ['fill'], 60) })).toBe(true)
    } finally {
      Flights.prototype.open = open
    }
  })
})
