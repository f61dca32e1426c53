import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CacheService, type Clock, createCache, systemClock } from '@holdfast/cache-core'
import { recordingRecorder } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { type RedisServer, startRedis } from '../redis-server/index.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Member {
  readonly cache: CacheService
  readonly near: MemoryBackend
  readonly events: () => string[]
  readonly on: () => Promise<void>
  readonly off: () => Promise<void>
}

function open(url: string, prefix: string, ttl = 30): Member {
  const recorder = recordingRecorder()
  const near = new MemoryBackend()
  const cache = createCache({ backend: new RedisBackend({ url, prefix }), near: { backend: near, ttl }, recorder })
  cleanups.push(() => cache.close())
  const state = async () => (await cache.health()).backend.detail['near']
  const until = (wanted: boolean) =>
    expect.poll(async () => (await state()) === 'on', { timeout: 5000, interval: 5 }).toBe(wanted)
  return {
    cache,
    near,
    events: () => recorder.events.map(({ type }) => type),
    on: () => until(true),
    off: () => until(false),
  }
}

async function pair(url = inject('redisUrl')): Promise<[Member, Member]> {
  const prefix = `near-${randomUUID()}`
  const both: [Member, Member] = [open(url, prefix), open(url, prefix)]
  await Promise.all(both.map((member) => member.on()))
  return both
}
const ownServer = async (): Promise<RedisServer> => {
  const server = await startRedis({ own: true })
  cleanups.push(() => server.stop())
  return server
}
const admin = (url: string): Redis => {
  const client = new Redis(url)
  client.on('error', () => undefined)
  cleanups.push(() => client.disconnect())
  return client
}
/** Holds a copy: the second read finds what the first has fetched. */
const copied = async ({ cache }: Member, key: string, value: unknown): Promise<void> => {
  await expect.poll(async () => (await cache.get(key)) !== undefined && cache.peek(key), { interval: 2 }).toEqual(value)
}

describe('copies in process memory before Redis', () => {
  it('are made by reads, and served without Redis', async () => {
    const server = await ownServer()
    const [one] = await pair(server.url)
    await one.cache.set('k', { a: 1 })
    expect(one.cache.peek('k')).toBeUndefined()
    await copied(one, 'k', { a: 1 })
    const readsOf = async () => /cmdstat_mget:calls=(\d+)/.exec(await admin(server.url).info('commandstats'))?.[1]
    const before = await readsOf()
    expect(await one.cache.get('k')).toEqual({ a: 1 })
    expect(await one.cache.getOrSet('k', () => 'unused')).toEqual({ a: 1 })
    expect(await one.cache.getMany(['k'])).toEqual(new Map([['k', { a: 1 }]]))
    expect(before).toMatch(/\d/)
    expect(await readsOf()).toBe(before)
  })

  const changes: [string, (cache: CacheService) => Promise<unknown>][] = [
    ['delete', (cache) => cache.delete('k')],
    ['deleteMany', (cache) => cache.deleteMany(['k', 'other'])],
    ['deletePattern', (cache) => cache.deletePattern('k*')],
    ['invalidateTags', (cache) => cache.invalidateTags(['t'])],
    ['expire', (cache) => cache.expire('k')],
    ['expireTags', (cache) => cache.expireTags(['t'])],
    ['clear', (cache) => cache.clear()],
    ['set', (cache) => cache.set('k', undefined)],
    ['setMany', (cache) => cache.setMany({ k: undefined })],
  ]
  it.each(changes)('%s is exact here, and seen elsewhere as soon as Redis has told', async (_, change) => {
    const [one, two] = await pair()
    await one.cache.set('k', 'old', { tags: ['t'] })
    await Promise.all([copied(one, 'k', 'old'), copied(two, 'k', 'old')])
    await change(one.cache)
    expect(await one.cache.get('k')).toBeUndefined()
    await expect.poll(() => two.cache.get('k'), { timeout: 1000, interval: 1 }).toBeUndefined()
  })

  it('are not made of an answer that was overtaken by a change', async () => {
    const [one, two] = await pair()
    for (let round = 0; round < 50; round++) {
      await two.cache.set('k', round)
      // Reads that are on their way while the value changes.
      const reads = Array.from({ length: 5 }, () => one.cache.get('k'))
      await two.cache.set('k', round + 0.5)
      await Promise.all(reads)
      await expect.poll(() => one.cache.get('k'), { timeout: 1000, interval: 1 }).toBe(round + 0.5)
      await sleep(2)
      expect(await one.cache.get('k')).toBe(round + 0.5)
    }
  })

  it('do not outlive their value, nor their own ttl', async () => {
    const prefix = `near-${randomUUID()}`
    const short = open(inject('redisUrl'), prefix, 0.2)
    await short.on()
    await short.cache.set('brief', 1, { ttl: '100ms' })
    await copied(short, 'brief', 1)
    await short.cache.set('long', 1)
    await copied(short, 'long', 1)
    await sleep(110)
    expect(await short.cache.get('brief')).toBeUndefined()
    await sleep(110)
    expect(short.cache.peek('long')).toBeUndefined()
    expect(await short.cache.get('long')).toBe(1)
  })

  it('stale values come from Redis, and are refreshed there', async () => {
    const [one, two] = await pair()
    await one.cache.set('k', 'old', { ttl: '50ms', grace: 60 })
    await sleep(60)
    const answer = await two.cache.getOrSet('k', () => 'new', { staleWhileRevalidate: 60 })
    expect(answer).toBe('old')
    await expect.poll(() => one.cache.get('k')).toBe('new')
    await expect(
      one.cache
        .getOrSet('k2', () => 'loaded', { ttl: '50ms', grace: 60 })
        .then(() => sleep(60))
        .then(() => one.cache.getOrSet('k2', () => Promise.reject(new Error('down')))),
    ).resolves.toBe('loaded')
  })

  it('are refreshed ahead of time under one lease', async () => {
    const prefix = `near-${randomUUID()}`
    const near = new MemoryBackend()
    const cache = createCache({
      backend: new RedisBackend({ url: inject('redisUrl'), prefix }),
      near,
      earlyRefresh: 1e12,
    })
    cleanups.push(() => cache.close())
    await expect.poll(async () => (await cache.health()).backend.detail['near']).toBe('on')
    let loads = 0
    const load = async () => (await sleep(5), ++loads)
    await cache.getOrSet('k', load)
    await expect.poll(() => cache.get('k').then(() => cache.peek('k'))).toBe(1)
    expect(await cache.getOrSet('k', load)).toBe(1)
    await expect.poll(() => loads).toBe(2)
    await expect.poll(() => cache.get('k')).toBe(2)
  })

  it('a tag that others keep using does not cost the copies that carry it', async () => {
    const [one, two] = await pair()
    await one.cache.set('k', 1, { tags: ['t'] })
    await copied(two, 'k', 1)
    for (let turn = 0; turn < 20; turn++) await one.cache.set(`other:${turn}`, 1, { tags: ['t'] })
    await sleep(20)
    expect(two.cache.peek('k')).toBe(1)
  })

  it('share one load per key across the fleet', async () => {
    const prefix = `near-${randomUUID()}`
    const members = Array.from({ length: 4 }, () => open(inject('redisUrl'), prefix))
    await Promise.all(members.map((member) => member.on()))
    let loads = 0
    const load = async () => (await sleep(50), ++loads)
    const calls = members.flatMap(({ cache }) => Array.from({ length: 20 }, () => cache.getOrSet('k', load)))
    expect(new Set(await Promise.all(calls))).toEqual(new Set([1]))
  })
})

describe('while Redis does not tell of changes, there are no copies', () => {
  it('its connection is killed: dropped at once, on again soon, nothing stale in between', async () => {
    const server = await ownServer()
    const [one, two] = await pair(server.url)
    await one.cache.set('k', 'old')
    await copied(two, 'k', 'old')
    await admin(server.url).call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await one.cache.set('k', 'new')
    await expect.poll(() => two.cache.get('k'), { timeout: 2000, interval: 1 }).toBe('new')
    await two.on()
    await copied(two, 'k', 'new')
    expect(two.events().filter((type) => type.startsWith('near'))).toEqual(['near-on', 'near-off', 'near-on'])
  })

  it('the server freezes: dropped within two heartbeats', async () => {
    const server = await ownServer()
    const [one] = await pair(server.url)
    await one.cache.set('k', 'old')
    await copied(one, 'k', 'old')
    await server.freeze()
    const frozen = performance.now()
    await expect.poll(() => one.cache.peek('k'), { timeout: 5000, interval: 10 }).toBeUndefined()
    expect(performance.now() - frozen).toBeLessThan(3000)
    await server.thaw()
    await one.on()
    await copied(one, 'k', 'old')
  })

  it('the server is flushed, or comes back empty', async () => {
    const server = await ownServer()
    const [one] = await pair(server.url)
    await one.cache.set('k', 'old')
    await copied(one, 'k', 'old')
    await admin(server.url).flushall()
    await expect.poll(() => one.cache.get('k'), { timeout: 1000, interval: 1 }).toBeUndefined()
    await one.cache.set('k', 'old')
    await copied(one, 'k', 'old')
    await server.restart()
    await expect.poll(() => one.cache.get('k'), { timeout: 1000, interval: 1 }).toBeUndefined()
    await one.on()
  })

  it('a user who may not track: everything works without copies, and health says why', async () => {
    const server = await ownServer()
    await admin(server.url).call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '&*', '+@all', '-client|tracking')
    const url = server.url.replace('redis://', 'redis://plain:pw@')
    const member = open(url, 'p')
    await member.cache.set('k', 1)
    await expect.poll(() => member.events()).toContain('near-off')
    expect(await member.cache.get('k')).toBe(1)
    expect(member.cache.peek('k')).toBeUndefined()
    expect((await member.cache.health()).status).toBe('up')
    expect((await member.cache.health()).backend.detail['near']).toMatch(/NOPERM/)
  })

  it('a user who may track from now on needs no restart', async () => {
    const server = await ownServer()
    await admin(server.url).call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '&*', '+@all', '-client|tracking')
    const impatient: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms === 30_000 ? 100 : ms, run) }
    const url = server.url.replace('redis://', 'redis://plain:pw@')
    const cache = createCache({ backend: new RedisBackend({ url, clock: impatient }), near: new MemoryBackend() })
    cleanups.push(() => cache.close())
    const near = async () => (await cache.health()).backend.detail['near']
    await expect.poll(near).toMatch(/NOPERM/)
    await admin(server.url).call('ACL', 'SETUSER', 'plain', '+client|tracking')
    await expect.poll(near, { timeout: 5000 }).toBe('on')
  })
})

describe('what cannot be kept true is refused', () => {
  it.each([
    [
      'a far backend that does not tell',
      () => createCache({ backend: new MemoryBackend(), near: new MemoryBackend() }),
    ],
    ['a near backend that is far', () => createCache({ backend: far(), near: far() })],
    ['no backend', () => createCache({ backend: far(), near: {} as never })],
    [
      'a near backend that another cache uses',
      () => {
        const near = new MemoryBackend()
        const first = createCache({ backend: far(), near })
        cleanups.push(() => first.close())
        createCache({ backend: far(), near })
      },
    ],
    ['a ttl that is none', () => createCache({ backend: far(), near: { backend: new MemoryBackend(), ttl: 0 } })],
  ])('%s', (_, create) => {
    expect(create).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
  })
  const far = (): RedisBackend => {
    const backend = new RedisBackend({ url: inject('redisUrl') })
    cleanups.push(() => backend.close())
    return backend
  }
})
