import { randomUUID } from 'node:crypto'
import type { CacheBackend } from '@holdfast/cache-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type RedisCluster, startCluster } from '../redis-server/cluster/index.js'
import { startRedis } from '../redis-server/index.js'
import { BROKEN, lateAnswers, withUnsealedFlights } from './broken.js'
import { checkFreshness, type Verdict } from './checker.js'
import { FAULTS, torment } from './faults.js'
import { LAG_MS, nearIsOn, TOPOLOGIES, type TopologyOptions } from './topologies.js'

const SECONDS = 3

async function run(
  topology: string,
  seconds: number,
  options: Partial<TopologyOptions> = {},
  seed = 1,
  changes: { readonly lagMs?: number } = {},
): Promise<Verdict> {
  const caches = TOPOLOGIES[topology]!({
    redisUrl: inject('redisUrl'),
    prefix: `freshness-${randomUUID()}`,
    ...options,
  })
  try {
    if (topology.startsWith('near-') || topology === 'announced') await nearIsOn(caches)
    return await checkFreshness({ caches, seconds, seed, lagMs: LAG_MS[topology] ?? 0, ...changes })
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
    ['near before far', 'near-far', {}],
    ['near before far, told by a bus', 'announced', {}],
    [
      'far, late answers',
      'far',
      { spoil: (backend) => lateAnswers(backend, ['read', 'readMany', 'acquire', 'fill'], 40) },
    ],
  ]
  it.each(cases)('%s', async (_, topology, options) => {
    const verdict = await run(topology, SECONDS, options)
    expect(verdict.examples).toEqual([])
    expect(verdict.stale).toBe(0)
    expect(verdict.codes).toEqual({})
    expect(verdict.reads).toBeGreaterThan(500)
    expect(verdict.invalidations).toBeGreaterThan(20)
  })
})

describe('the same over a cluster', { timeout: 60_000 }, () => {
  let cluster: RedisCluster
  beforeAll(async () => {
    cluster = await startCluster()
  })
  afterAll(() => cluster?.stop())

  // In peace first: what a fault leaves behind in the servers is not ours.
  it.each([
    ['in peace', 'cluster', []],
    ['with near caches', 'near-cluster', []],
    ['while slots move', 'cluster', ['move-slot']],
    ['with near caches, while slots move', 'near-cluster', ['move-slot']],
    ['with broken connections, lost scripts and lost keys', 'cluster', ['client-kill', 'script-flush', 'flushall']],
    ['with near caches, broken connections and lost keys', 'near-cluster', ['client-kill', 'flushall']],
  ])('%s', async (_, topology, faults) => {
    const calm = torment(faults, { ports: cluster.ports.slice(0, 3), cluster })
    const lag = topology === 'near-cluster' && faults.includes('client-kill') ? { lagMs: 2500 } : {}
    const verdict = await run(topology, SECONDS, { clusterNodes: cluster.nodes }, 1, lag)
    const strikes = await calm()
    expect(verdict.examples).toEqual([])
    expect(verdict).toMatchObject({ stale: 0, errors: 0 })
    expect(verdict.reads).toBeGreaterThan(300)
    expect(verdict.invalidations).toBeGreaterThan(20)
    if (faults.length > 0) expect(strikes).toBeGreaterThan(5)
    else expect(verdict.codes).toEqual({})
  })
})

describe('the same over one server that is', { timeout: 60_000 }, () => {
  it.each([
    ['frozen', ['freeze']],
    ['killed and comes back empty', ['restart']],
    ['full', ['eviction']],
    ['emptied, and forgets its scripts and clients', ['flushall', 'script-flush', 'client-kill']],
  ])('%s', async (_, faults) => {
    const server = await startRedis({ own: true, args: faults.flatMap((fault) => FAULTS[fault]?.args ?? []) })
    try {
      const calm = torment(faults, { ports: [server.port], server })
      const verdict = await run('far', 2 * SECONDS, { redisUrl: server.url })
      expect(await calm()).toBeGreaterThan(1)
      expect(verdict.examples).toEqual([])
      expect(verdict).toMatchObject({ stale: 0, errors: 0 })
      expect(verdict.reads).toBeGreaterThan(300)
      expect(verdict.invalidations).toBeGreaterThan(20)
    } finally {
      await server.stop()
    }
  })
})

describe('near caches over one server that', { timeout: 60_000 }, () => {
  it.each([
    ['is emptied, and cuts its clients off', ['flushall', 'client-kill']],
    ['is frozen', ['freeze']],
  ])('%s', async (_, faults) => {
    const server = await startRedis({ own: true })
    try {
      const calm = torment(faults, { ports: [server.port], server })
      // Until the heartbeat of a silent link fails, copies may be old.
      const verdict = await run('near-far', 2 * SECONDS, { redisUrl: server.url }, 1, { lagMs: 2500 })
      expect(await calm()).toBeGreaterThan(1)
      expect(verdict.examples).toEqual([])
      expect(verdict).toMatchObject({ stale: 0, errors: 0 })
      expect(verdict.reads).toBeGreaterThan(300)
      expect(verdict.invalidations).toBeGreaterThan(20)
    } finally {
      await server.stop()
    }
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
    const lateFills = { spoil: (backend: CacheBackend) => lateAnswers(backend, ['fill'], 60) }
    expect(await withUnsealedFlights(() => caught(lateFills))).toBe(true)
  })
})
