import { setTimeout as sleep } from 'node:timers/promises'
import { createCache } from '@holdfast/cache-core'
import { recordingRecorder } from '@holdfast/cache-core/testing'
import { RedisBackend } from '@holdfast/cache-redis'
import { Redis } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { fleet } from './support/caches.js'

const [A, B, C] = [0, 1, 2]

/** A promise to be settled from outside. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open!: () => void
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

describe('several clients of one Redis', () => {
  it('run one loader for a cold key', async () => {
    const caches = fleet(4)
    let loads = 0
    const load = async () => {
      loads++
      await sleep(150)
      return { loads }
    }
    const callers = caches.flatMap((cache) => Array.from({ length: 50 }, () => cache.getOrSet('cold', load)))
    expect(new Set((await Promise.all(callers)).map(({ loads }) => loads))).toEqual(new Set([1]))
    expect(loads).toBe(1)
  })

  it('run one loader even if it is slower than its lease', async () => {
    const caches = fleet(3, { protection: { lockTtl: '400ms' } })
    let loads = 0
    const load = async () => {
      await sleep(2000)
      return ++loads
    }
    expect(await Promise.all(caches.map((cache) => cache.getOrSet('slow', load)))).toEqual([1, 1, 1])
    expect(loads).toBe(1)
  })

  it('answer waiters soon after the load ended', async () => {
    const caches = fleet(2)
    await Promise.all(caches.map((cache) => cache.getOrSet('warm-up', () => 1)))
    let ended = 0
    const load = async () => {
      await sleep(200)
      ended = performance.now()
      return 1
    }
    const late: number[] = []
    await Promise.all(caches.map((cache) => cache.getOrSet('k', load).then(() => late.push(performance.now() - ended))))
    // Generous for a busy machine; a waiter that missed its message would need the lease's 30 s.
    expect(Math.max(...late)).toBeLessThan(1000)
  })

  it('a lease that the server lost keeps nobody waiting', async () => {
    const [a, b] = fleet(2) as [ReturnType<typeof fleet>[number], ReturnType<typeof fleet>[number]]
    const redis = new Redis(inject('redisUrl'))
    const end = gate()
    const first = a.getOrSet('lost lease', async () => {
      await end.opened
      return 'slow'
    })
    const leaseOf = async () => (await redis.keys('fleet-*:l:lost lease'))[0] ?? ''
    await expect.poll(leaseOf).not.toBe('')
    const waiting = b.getOrSet('lost lease', () => 'quick')
    const lease = await leaseOf()
    // The mark that somebody waits.
    await expect.poll(() => redis.get(lease)).toMatch(/\+$/)
    await redis.del(lease)
    const began = performance.now()
    expect(await waiting).toBe('quick')
    expect(performance.now() - began).toBeLessThan(3000)
    end.open()
    expect(await first).toBe('slow')
    expect(await a.get('lost lease')).toBe('quick')
    redis.disconnect()
  })

  it('share values, tags, deletes, patterns and clears', async () => {
    const [a, b] = fleet(2) as [ReturnType<typeof fleet>[number], ReturnType<typeof fleet>[number]]
    await a.set('k', { when: new Date(1) }, { tags: ['t'] })
    expect(await b.get('k')).toEqual({ when: new Date(1) })
    await b.invalidateTags(['t'])
    expect(await a.get('k')).toBeUndefined()
    await a.setMany({ 'user:1': 1, 'user:2': 2, other: 3 })
    expect(await b.deletePattern('user:*')).toBe(2)
    expect(await a.getMany(['user:1', 'user:2', 'other'])).toEqual(new Map([['other', 3]]))
    await b.clear()
    expect(await a.has('other')).toBe(false)
  })

  it.each([
    ['delete', 'k'],
    ['deleteMany', ['k']],
    ['deletePattern', 'k*'],
    ['invalidateTags', ['t']],
    ['clear', undefined],
  ] as const)('%s on another client refuses the load that runs', async (verb, argument) => {
    const caches = fleet(3)
    let version = 'old'
    const began = gate()
    const load = async () => {
      began.open()
      const seen = version
      await sleep(120)
      return seen
    }
    const before = caches[A]!.getOrSet('k', load, { tags: ['t'] })
    await began.opened
    version = 'new'
    await (caches[B]![verb] as (argument: unknown) => Promise<unknown>)(argument)
    const after = caches.map((cache) => cache.getOrSet('k', load, { tags: ['t'] }))
    expect(await before).toBe('old')
    expect(await Promise.all(after)).toEqual(['new', 'new', 'new'])
    expect(await caches[C]!.get('k')).toBe('new')
  })

  it('a set on another client beats the load that runs', async () => {
    const caches = fleet(2)
    const [began, end] = [gate(), gate()]
    const loaded = caches[A]!.getOrSet('k', async () => (began.open(), await end.opened, 'loaded'))
    await began.opened
    await caches[B]!.set('k', 'set')
    expect(await caches[B]!.get('k')).toBe('set')
    end.open()
    await loaded
    expect(await caches[A]!.get('k')).toBe('set')
  })

  it('a failing loader is tried once per client, not once per caller', async () => {
    const caches = fleet(3)
    let loads = 0
    const load = async () => {
      loads++
      await sleep(30)
      throw new Error('the database is away')
    }
    const callers = await Promise.allSettled(
      caches.flatMap((cache) => Array.from({ length: 10 }, () => cache.getOrSet('k', load))),
    )
    expect(
      callers.every((caller) => caller.status === 'rejected' && caller.reason.message === 'the database is away'),
    ).toBe(true)
    expect(loads).toBeLessThanOrEqual(3)
  })

  it('maxWait ends the wait by its policy', async () => {
    for (const [onMaxWait, expected] of [
      ['load', 'mine'],
      ['error', 'E_LOCK_TIMEOUT'],
    ] as const) {
      const caches = fleet(2, { protection: { maxWait: '100ms', onMaxWait } })
      const [began, end] = [gate(), gate()]
      const holder = caches[A]!.getOrSet('k', async () => (began.open(), await end.opened, 'theirs'))
      await began.opened
      const answer = await caches[B]!.getOrSet('k', () => 'mine').catch((error: { code: string }) => error.code)
      expect(answer).toBe(expected)
      end.open()
      expect(await holder).toBe('theirs')
      expect(await caches[B]!.get('k')).toBe('theirs')
    }
  })

  it('loads many with leases: each key once over all clients', async () => {
    const caches = fleet(3)
    const keys = Array.from({ length: 40 }, (_, index) => `k${index}`)
    const asked: string[] = []
    const load = async (missing: readonly string[]) => {
      asked.push(...missing)
      await sleep(50)
      return new Map(missing.map((key) => [key, key]))
    }
    const answers = await Promise.all(caches.map((cache) => cache.getOrSetMany(keys, load)))
    for (const answer of answers) expect([...answer.keys()]).toEqual(keys)
    expect(asked.sort()).toEqual([...keys].sort())
  })

  it('goes on when the server forgets its scripts', async () => {
    const [cache] = fleet(1)
    const admin = new Redis(inject('redisUrl'))
    await cache!.set('k', 1)
    await admin.script('FLUSH')
    await cache!.set('k', 2)
    await admin.script('FLUSH')
    expect(await cache!.getOrSet('other', () => 3)).toBe(3)
    expect(await cache!.delete('k')).toBe(true)
    admin.disconnect()
  })

  it('leaves no key without a TTL', async () => {
    const prefix = `ttl-${Date.now()}`
    const cache = createCache({ backend: new RedisBackend({ url: inject('redisUrl'), prefix }) })
    await cache.set('ever', 1, { ttl: Number.POSITIVE_INFINITY, tags: ['a', 'b'] })
    await cache.getOrSet('k', ({ setOptions }) => (setOptions({ tags: ['late'] }), 1))
    await cache.invalidateTags(['a'])
    await cache.getOrSet('dead', () => Promise.reject(new Error('x'))).catch(() => undefined)
    const admin = new Redis(inject('redisUrl'))
    const keys = await admin.keys(`${prefix}*`)
    expect(keys.length).toBeGreaterThan(4)
    for (const key of keys)
      expect([key, await admin.pttl(key)]).toEqual([key, expect.toSatisfy((ttl: number) => ttl > 0)])
    admin.disconnect()
    await cache.close()
  })

  it('prefixes never share a key, whatever they look like', async () => {
    const prefixes = ['a', 'a:v', 'a:v:', 'a%3Av', 'a*', 'a[b]', 'a?', 'a\\', 'a{b}', 'ä', 'a\nb', ':', '%']
    const caches = prefixes.map((prefix) =>
      createCache({ backend: new RedisBackend({ url: inject('redisUrl'), prefix: `x${prefix}` }) }),
    )
    await Promise.all(caches.map((cache) => cache.clear()))
    for (const [index, cache] of caches.entries()) await cache.setMany({ k: index, 'v:k': index, '{v}:k': index })
    for (const [index, cache] of caches.entries()) {
      expect([...(await cache.getMany(['k', 'v:k', '{v}:k'])).values()]).toEqual([index, index, index])
      expect(await cache.deletePattern('*')).toBe(3)
    }
    await Promise.all(caches.map((cache) => cache.close()))
  })

  it('takes bytes that nobody here wrote for a miss, and says so to nobody but the recorder', async () => {
    const prefix = `foreign-${Date.now()}`
    const recorder = recordingRecorder()
    const cache = createCache({ backend: new RedisBackend({ url: inject('redisUrl'), prefix }), recorder })
    const admin = new Redis(inject('redisUrl'))
    await cache.set('k', { a: 1 })
    const whole = (await admin.getBuffer(`${prefix}:v:k`)) as Buffer
    const newer = Buffer.from(whole)
    newer[1] = 2
    for (const bytes of [
      Buffer.from('hello'),
      Buffer.alloc(0),
      whole.subarray(0, 40),
      whole.subarray(0, -1),
      newer,
      Buffer.concat([whole, whole]),
    ]) {
      await admin.set(`${prefix}:v:k`, bytes, 'PX', 60_000)
      recorder.reset()
      expect(await cache.get('k')).toBeUndefined()
      expect(recorder.events.map(({ type }) => type)).toEqual(['undecodable', 'miss'])
      expect((await cache.explain('k')).why).toContain('cannot read')
      expect(await cache.getOrSet('k', () => ({ a: 2 }))).toEqual({ a: 2 })
      expect(await cache.get('k')).toEqual({ a: 2 })
    }
    admin.disconnect()
    await cache.close()
  })
})
