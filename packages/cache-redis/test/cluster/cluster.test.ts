import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RedisCluster, startCluster } from '../../../../test/redis-server/cluster/index.js'
import { Keyspace } from '../../src/keyspace.js'
import { cacheOn } from '../support/caches.js'

let servers: RedisCluster
let client: Cluster
beforeAll(async () => {
  servers = await startCluster({ nodeTimeoutMs: 2000 })
  client = new Cluster([...servers.nodes])
  client.on('error', () => undefined)
  await once(client, 'ready')
})
afterAll(async () => {
  client?.disconnect()
  await servers?.stop()
})

let prefix: string
let frozen: number[] = []
afterEach(async () => {
  for (const port of frozen.splice(0)) await servers.thaw(port)
})
const open = (options: Partial<Record<`${'read' | 'write' | 'invalidate'}Deadline`, string>> = {}) =>
  cacheOn({ cluster: { nodes: servers.nodes }, prefix, ...options })
const twoCaches = () => {
  prefix = `cluster-${randomUUID()}`
  return [open(), open()] as const
}
const many = Array.from({ length: 500 }, (_, index) => `user:${index}`)
/** Slots were moved here; this client hears of it only when it asks for one. */
const learnSlots = () => new Promise<unknown>((resolve) => client.refreshSlotsCache(resolve))
const masterOf = (key: string): number =>
  Number(client.slots[new Keyspace(prefix, 32).of(key).slot]?.[0]?.split(':')[1])

describe('three masters', () => {
  it('share one load, also when the loader is slower than its lease', async () => {
    prefix = `cluster-${randomUUID()}`
    const caches = Array.from({ length: 3 }, () =>
      cacheOn({ cluster: { nodes: servers.nodes }, prefix }, { protection: { lockTtl: '500ms' } }),
    )
    let loads = 0
    const load = async () => {
      await sleep(2000)
      return ++loads
    }
    const callers = caches.flatMap((cache) => Array.from({ length: 20 }, () => cache.getOrSet('cold', load)))
    expect(new Set(await Promise.all(callers))).toEqual(new Set([1]))
    expect(loads).toBe(1)
  })

  it('batch, tag, clear and pattern reach all of them', async () => {
    const [one, two] = twoCaches()
    await one.setMany(Object.fromEntries(many.map((key) => [key, key])), { tags: ['users'] })
    expect(new Set(many.map(masterOf)).size).toBe(3)
    expect((await two.getMany(many)).size).toBe(many.length)
    expect([...(await two.getMany(many)).keys()]).toEqual(many)
    expect(await two.deletePattern('user:1*')).toBe(many.filter((key) => key.startsWith('user:1')).length)
    expect(await one.deleteMany(['user:2', 'user:20', 'user:1'])).toBe(2)
    expect(await one.get('user:3')).toBe('user:3')
    await two.invalidateTags(['users'])
    expect(await one.getMany(many)).toEqual(new Map())
    await one.setMany(Object.fromEntries(many.map((key) => [key, key])))
    await two.clear()
    expect(await one.getMany(many)).toEqual(new Map())
    const loaded = await one.getOrSetMany(many, (missing) => new Map(missing.map((key) => [key, 'loaded'])))
    expect(loaded.size).toBe(many.length)
    expect((await two.getMany(many)).size).toBe(many.length)
  })

  it('leave no key without a TTL, and every key under the prefix', async () => {
    const [one] = twoCaches()
    await one.set('a', 1, { tags: ['t'] })
    await one.getOrSet('b', () => 1, { tags: ['u'] })
    let keys = 0
    for (const master of client.nodes('master')) {
      for (const key of await master.keys(`${prefix}*`)) {
        keys++
        expect(await master.pttl(key), key).toBeGreaterThan(0)
      }
    }
    expect(keys).toBeGreaterThan(4)
  })

  it("are used through the user's own client, which stays open", async () => {
    prefix = `cluster-${randomUUID()}`
    const cache = cacheOn({ client, prefix })
    await cache.set('k', 1)
    expect(await open().get('k')).toBe(1)
    await cache.close()
    expect(client.status).toBe('ready')
    expect(await cache.health()).toMatchObject({ status: 'down' })
  })

  it('tell their health', async () => {
    const [one] = twoCaches()
    expect(await one.health()).toMatchObject({
      status: 'up',
      backend: { detail: { mode: 'cluster', masters: 3 } },
    })
  })
})

describe('while a slot is on its way', () => {
  it('values are read, written, expired and removed; a load is answered and kept later', async () => {
    const [one, two] = twoCaches()
    const key = 'moving'
    const { slot } = new Keyspace(prefix, 32).of(key)
    await one.set(key, 1, { tags: ['t'], grace: 60 })
    // Slow enough that everything below happens between the first and the last of its keys.
    await Promise.all(many.slice(0, 200).map((other) => one.set(`{${key}}:${other}`, 1).then(() => undefined)))
    let moved = false
    const moving = servers.moveSlot(slot, 50).then(() => {
      moved = true
    })
    await sleep(300)
    for (let round = 0; round < 5; round++) {
      await two.set(key, `set ${round}`, { tags: ['t'], grace: 60 })
      expect(await one.get(key)).toBe(`set ${round}`)
      await one.invalidateTags(['t'])
      expect(await two.get(key)).toBeUndefined()
      expect(await two.getOrSet(key, () => `loaded ${round}`)).toBe(`loaded ${round}`)
      await two.set(key, 'again')
      expect(await one.delete(key)).toBe(true)
      expect(await two.get(key)).toBeUndefined()
      await two.set(key, 'pattern')
      expect(await one.deletePattern(key)).toBeGreaterThanOrEqual(0)
      expect(await two.get(key)).toBeUndefined()
    }
    expect(moved, 'the slot was still on its way').toBe(false)
    await moving
    expect(await two.getOrSet(key, () => 'kept')).toBe('kept')
    expect(await one.get(key)).toBe('kept')
  })

  it('a new master that does not know our scripts learns them, however few redirections are allowed', async () => {
    prefix = `cluster-${randomUUID()}`
    const stubborn = new Cluster([...servers.nodes], { maxRedirections: 1, slotsRefreshInterval: 60_000 })
    try {
      await once(stubborn, 'ready')
      const cache = cacheOn({ client: stubborn, prefix })
      const { slot } = new Keyspace(prefix, 32).of('k')
      await cache.set('k', 1)
      const port = await servers.moveSlot(slot)
      const owner = client.nodes('master').find(({ options }) => options.port === port) as Redis
      await owner.script('FLUSH')
      expect(await cache.delete('k')).toBe(true)
    } finally {
      stubborn.disconnect()
    }
  })

  it('a connection that breaks right after a redirection leaves no rejection that nobody handles', async () => {
    prefix = `cluster-${randomUUID()}`
    const cache = cacheOn({ client, prefix })
    await cache.set('k', 1)
    await learnSlots()
    const { slot } = new Keyspace(prefix, 32).of('other')
    const from = client.nodes('master').find(({ options }) => options.port === masterOf('other')) as Redis
    const to = client.nodes('master').find((node) => node !== from) as Redis
    const [fromId, toId] = [String(await from.cluster('MYID')), String(await to.cluster('MYID'))]
    await to.cluster('SETSLOT', slot, 'IMPORTING', fromId)
    await from.cluster('SETSLOT', slot, 'MIGRATING', toId)
    const unhandled: unknown[] = []
    const note = (reason: unknown): unknown => unhandled.push(reason)
    process.prependListener('unhandledRejection', note)
    try {
      frozen = [to.options.port as number]
      await servers.freeze(to.options.port as number)
      const read = cache.get('other')
      await sleep(100)
      to.stream.destroy()
      expect(await read).toBeUndefined()
      await sleep(0)
    } finally {
      process.off('unhandledRejection', note)
      await servers.thaw(to.options.port as number)
      await from.cluster('SETSLOT', slot, 'STABLE')
      const again = new Redis(to.options.port as number, { maxRetriesPerRequest: null })
      await again.cluster('SETSLOT', slot, 'STABLE')
      again.disconnect()
    }
    expect(unhandled).toEqual([])
  })
})

describe('masters that disagree about a slot', () => {
  it('E_CLUSTER: what is there cannot be removed, and that is said', async () => {
    const [one] = twoCaches()
    await one.set('k', 1, { tags: ['t'] })
    await learnSlots()
    const { slot, label } = new Keyspace(prefix, 32).of('k')
    const owner = client.nodes('master').find(({ options }) => options.port === masterOf('k')) as Redis
    const other = client.nodes('master').find((node) => node !== owner) as Redis
    const [ownerId, otherId] = [String(await owner.cluster('MYID')), String(await other.cluster('MYID'))]
    // Each says that the slot is the other's. A slot with keys cannot be given away.
    await owner.flushall()
    await owner.cluster('SETSLOT', slot, 'NODE', otherId)
    try {
      await expect(one.delete('k')).rejects.toMatchObject({ code: 'E_CLUSTER', retryable: true })
      await expect(one.invalidateTags(['t'])).rejects.toMatchObject({
        code: 'E_INVALIDATION_PARTIAL',
        message: expect.stringContaining(label),
      })
      expect(await one.getOrSet('k', () => 'loaded')).toBe('loaded')
    } finally {
      await owner.cluster('SETSLOT', slot, 'NODE', ownerId)
    }
    await one.delete('k')
    await one.invalidateTags(['t'])
  })
})

describe('a master that does not answer', () => {
  it('is named when an invalidation could not be done everywhere, and the others are done', async () => {
    const [one] = twoCaches()
    const impatient = open({ invalidateDeadline: '300ms' })
    await one.setMany(Object.fromEntries(many.map((key) => [key, key])), { tags: ['users'] })
    await impatient.get('warm-up')
    await learnSlots()
    const port = masterOf('user:0')
    frozen = [port]
    await servers.freeze(port)
    const error = await impatient.invalidateTags(['users']).catch((error: unknown) => error)
    await servers.thaw(port)
    expect(error).toMatchObject({ code: 'E_INVALIDATION_PARTIAL', outcome: 'applied-partially', retryable: true })
    expect((error as Error).message).toMatch(/partitions \w+(, \w+)+/)
    // A busy machine may make others late too: they are named as well.
    const named = /\(partitions ([^)]+)\)/.exec((error as Error).message)?.[1]?.split(', ') ?? []
    const keys = new Keyspace(prefix, 32)
    expect(named).toContain(keys.of('user:0').label)
    const elsewhere = many.filter((key) => !named.includes(keys.of(key).label))
    expect(elsewhere.length).toBeGreaterThan(0)
    expect(await one.getMany(elsewhere)).toEqual(new Map())
    await impatient.invalidateTags(['users'])
    expect(await one.getMany(many)).toEqual(new Map())
  })

  it('costs the first callers their deadline and the next ones nothing, and the others are used as ever', async () => {
    const [one] = twoCaches()
    const quick = open({ readDeadline: '200ms', writeDeadline: '200ms', invalidateDeadline: '500ms' })
    await one.setMany(Object.fromEntries(many.map((key) => [key, 'kept'])))
    await quick.get('warm-up')
    await learnSlots()
    const port = masterOf('user:0')
    const mute = many.filter((key) => masterOf(key) === port).slice(0, 50)
    const well = many.filter((key) => masterOf(key) !== port).slice(0, 50)
    frozen = [port]
    await servers.freeze(port)
    for (let round = 0; round < 3; round++) await Promise.all(mute.map((key) => quick.get(key)))
    const began = performance.now()
    for (const key of mute) expect(await quick.getOrSet(key, () => 'loaded')).toBe('loaded')
    expect(performance.now() - began).toBeLessThan(1000)
    for (const key of well) expect(await quick.getOrSet(key, () => 'loaded')).toBe('kept')
    // An invalidation is sent all the same.
    await expect(quick.delete(mute[0] as string)).rejects.not.toThrow(/was not sent/)
    await servers.thaw(port)
    await expect.poll(() => quick.get(mute[1] as string), { timeout: 15_000, interval: 50 }).toBe('kept')
  })
})

// The last: it leaves a cluster of another shape.
describe('a master that dies', () => {
  it('is succeeded by its replica; meanwhile reads miss, loads load and nothing hangs', async () => {
    const [one, two] = twoCaches()
    await one.set('user:0', 'old')
    await learnSlots()
    await servers.kill(masterOf('user:0'))
    let slowest = 0
    let kept = false
    let refused = 0
    const deadline = performance.now() + 20_000
    for (let turn = 0; !kept && performance.now() < deadline; turn++) {
      const began = performance.now()
      expect(await one.getOrSet('user:0', () => `loaded ${turn}`)).toBeDefined()
      slowest = Math.max(slowest, performance.now() - began)
      const removed = one.delete('user:0').catch(() => ++refused > 0 && undefined)
      kept =
        (await removed) === true &&
        (await one.set('user:0', 'new').then(
          () => true,
          () => false,
        ))
      await sleep(50)
    }
    expect(refused, 'it was away').toBeGreaterThan(0)
    expect(slowest).toBeLessThan(5000)
    // The other client learns a moment later who is the master now.
    await expect.poll(() => two.get('user:0'), { timeout: 10_000 }).toBe('new')
    await expect.poll(async () => (await two.health()).status, { timeout: 10_000 }).toBe('up')
  })
})
