import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createCaches, openCaches } from '@holdfast/cache-config'
import { CacheService, isCacheError } from '@holdfast/cache-core'
import { ManualClock } from '@holdfast/cache-core/testing'
import * as memory from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'
import { requireBackend } from '../src/backend-modules.js'
import { folderWith } from './files.js'

const env = {}
const load = () => memory

describe('createCaches', () => {
  it('makes the named caches, the default one without a name', async () => {
    await using caches = createCaches({ backends: [{ name: 'fast' }, { name: 'slow', default: true }] }, { env, load })
    expect(caches.names).toEqual(['fast', 'slow'])
    expect(caches.get()).toBe(caches.get('slow'))
    expect(caches.get('fast')).toBeInstanceOf(CacheService)
    expect(caches.get('fast').name).toBe('fast')
  })

  it('keeps named caches really apart', async () => {
    await using caches = createCaches(
      {
        backends: [
          { name: 'a', keyPrefix: 'same' },
          { name: 'b', keyPrefix: 'same' },
        ],
      },
      { env, load },
    )
    await caches.get('a').set('key', 1, { tags: ['t'] })
    await caches.get('b').set('key', 2, { tags: ['t'] })
    await caches.get('a').invalidateTags(['t'])
    expect(await caches.get('a').get('key')).toBeUndefined()
    expect(await caches.get('b').get('key')).toBe(2)
    await caches.get('a').clear()
    expect(await caches.get('b').get('key')).toBe(2)
  })

  it('passes on how a memory backend and its cache are set', async () => {
    const clock = new ManualClock()
    const source = {
      backends: [
        { name: 'a', max_size: 1, isolation: 'freeze', default_ttl: 60 },
        { name: 'b', service: { default_ttl: 120 } },
        { name: 'c' },
      ],
      service: { default_ttl: 600, jitter: 0 },
    }
    await using caches = createCaches(source, { env, load, clock })
    const a = caches.get('a')
    await a.set('first', {})
    await a.set('second', {})
    expect(await a.has('first')).toBe(false)
    expect(Object.isFrozen(await a.get('second'))).toBe(true)
    for (const [name, ttl] of [
      ['a', 60],
      ['b', 120],
      ['c', 600],
    ] as const) {
      await caches.get(name).set('key', 1)
      expect(await caches.get(name).ttl('key')).toBe(ttl)
    }
  })

  it('passes on who leaves a full memory backend', async () => {
    const backends = [
      { name: 'recent', max_size: 10, policy: 'lru' },
      { name: 'popular', max_size: 10, policy: 'tinylfu' },
    ]
    await using caches = createCaches({ backends }, { env, load })
    for (const [name, stays] of [
      ['recent', false],
      ['popular', true],
    ] as const) {
      const cache = caches.get(name)
      for (let time = 0; time < 5; time++) await cache.getOrSet('often', () => 1)
      for (let index = 0; index < 50; index++) await cache.getOrSet(`once:${index}`, () => 1)
      expect(await cache.has('often')).toBe(stays)
    }
  })

  it('passes on whether callers wait for each other', async () => {
    await using caches = createCaches(
      { backends: [{ name: 'on' }, { name: 'off', service: { enable_protection: false } }] },
      { env, load },
    )
    for (const [name, expected] of [
      ['on', 1],
      ['off', 2],
    ] as const) {
      let loads = 0
      const loader = async () => {
        loads++
        await new Promise((resolve) => setTimeout(resolve, 5))
        return 1
      }
      await Promise.all([caches.get(name).getOrSet('key', loader), caches.get(name).getOrSet('key', loader)])
      expect(loads).toBe(expected)
    }
  })

  it('passes on how Redis is reached, and only what was given', () => {
    const seen: unknown[] = []
    class RedisBackend extends memory.MemoryBackend {
      constructor(options: unknown) {
        super()
        seen.push(options)
      }
    }
    createCaches(
      {
        backends: [
          {
            name: 'a',
            type: 'redis',
            redis_host: 'h',
            redis_port: 1,
            redis_username: 'u',
            redis_password: 'p',
            redis_db: 2,
            redis_tls: { reject_unauthorized: false },
          },
          { name: 'b', type: 'redis', redis_url: 'rediss://h', redis_tls: true, key_prefix: 'x' },
          { name: 'c', type: 'redis' },
        ],
      },
      { env, load: () => ({ RedisBackend }) },
    )
    expect(seen).toEqual([
      { host: 'h', port: 1, username: 'u', password: 'p', db: 2, tls: { rejectUnauthorized: false }, prefix: 'a' },
      { url: 'rediss://h', tls: true, prefix: 'x' },
      { prefix: 'c' },
    ])
  })

  it('refuses a name that it does not know', () => {
    const caches = createCaches({ backends: [{ name: 'a' }, { name: 'b' }] }, { env, load })
    expect(() => caches.get('c')).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining('Known are a, b') }),
    )
  })

  it('tells about health by name and in all', async () => {
    const caches = createCaches({ backends: [{ name: 'a' }, { name: 'b' }] }, { env, load })
    expect(await caches.health()).toMatchObject({ status: 'up', caches: { a: { status: 'up' }, b: { status: 'up' } } })
    await caches.get('b').close()
    expect(await caches.health()).toMatchObject({ status: 'degraded', caches: { b: { status: 'down' } } })
    await caches.close()
    expect(await caches.health()).toMatchObject({ status: 'down' })
  })

  it('closes every cache once, and goes on when one fails', async () => {
    const closed: string[] = []
    class MemoryBackend extends memory.MemoryBackend {
      constructor(options: { maxEntries: number }) {
        super(options)
        this.close = () => {
          closed.push(String(options.maxEntries))
          if (options.maxEntries === 1) throw new Error('stuck')
        }
      }
    }
    const caches = createCaches(
      {
        backends: [
          { name: 'a', maxSize: 1 },
          { name: 'b', maxSize: 2 },
        ],
      },
      { env, load: () => ({ MemoryBackend }) },
    )
    const failure = {
      code: 'E_UNAVAILABLE',
      op: 'close',
      cause: expect.objectContaining({ errors: [new Error('stuck')] }),
    }
    await expect(caches.close()).rejects.toMatchObject(failure)
    await expect(caches.close()).rejects.toMatchObject(failure)
    expect(closed).toEqual(['1', '2'])
    expect(() => caches.get()).toThrow(expect.objectContaining({ code: 'E_CLOSED' }))
  })

  it('closes what it had opened when a later backend cannot be made', async () => {
    const closed: unknown[] = []
    class MemoryBackend extends memory.MemoryBackend {
      constructor(options: { maxEntries: number }) {
        super(options)
        if (options.maxEntries === 2) throw new Error('no')
        this.close = () => void closed.push(options.maxEntries)
      }
    }
    const source = {
      backends: [
        { name: 'a', maxSize: 1 },
        { name: 'b', maxSize: 2 },
      ],
    }
    expect(() => createCaches(source, { env, load: () => ({ MemoryBackend }) })).toThrow('no')
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toEqual([1])
  })
})

describe('the packages of the backends', () => {
  it('are loaded only when named', async () => {
    const loaded: string[] = []
    createCaches(
      { backends: [{ name: 'a' }, { name: 'b' }] },
      { env, load: (type) => (loaded.push(type) ? memory : {}) },
    )
    expect(loaded).toEqual(['memory'])
    await using caches = await openCaches({ backends: [{ name: 'a' }] }, { env })
    expect(caches.get('a')).toBeInstanceOf(CacheService)
  })

  it('are found by require, and missed with what to install', () => {
    const folder = folderWith({ 'package.json': '{}' })
    const installed = join(folder, 'node_modules/@holdfast/cache-memory')
    mkdirSync(installed, { recursive: true })
    writeFileSync(join(installed, 'index.js'), 'exports.MemoryBackend = globalThis.MemoryBackendOfTest')
    Object.assign(globalThis, { MemoryBackendOfTest: memory.MemoryBackend })
    const options = { env, load: requireBackend(createRequire(join(folder, 'package.json'))) }
    expect(createCaches({}, options).names).toEqual(['default'])
    const missing = (): unknown => createCaches({ backends: [{ type: 'redis' }] }, options)
    expect(missing).toThrow('needs @holdfast/cache-redis, which could not be loaded')
    expect(missing).toThrow('npm install @holdfast/cache-redis ioredis')
    expect(missing).toThrow(expect.toSatisfy((error) => isCacheError(error, 'E_CONFIG')))
  })

  it('are refused when they are something else', () => {
    expect(() => createCaches({}, { env, load: () => ({}) })).toThrow('@holdfast/cache-memory has no MemoryBackend')
  })
})

describe('Redis in its other forms', () => {
  class Recorded {
    readonly name = 'redis'
    constructor(readonly options: unknown) {
      given.push(options)
    }
    acquire() {}
    follow() {
      return () => undefined
    }
    close() {}
  }
  const given: unknown[] = []
  const load = (type: string) => (type === 'redis' ? { RedisBackend: Recorded } : memory)
  const redis = (settings: object) => ({ backends: [{ name: 'a', type: 'redis', ...settings }] })

  it.each([
    ['a cluster', { redis_cluster: ['10.0.0.1:6379', 'b:1'] }, { cluster: { nodes: ['10.0.0.1:6379', 'b:1'] } }],
    [
      'sentinels',
      { redisSentinel: { nodes: ['s:26379'], name: 'main', password: 'p' }, redis_password: 'q' },
      { sentinel: { nodes: ['s:26379'], name: 'main', password: 'p' }, password: 'q' },
    ],
  ])('%s', async (_, settings, expected) => {
    await createCaches(redis(settings), { env, load }).close()
    expect(given.pop()).toEqual({ prefix: 'a', ...expected })
  })

  it.each([
    ['true', true],
    ['settings', { max_size: 5, ttl: '1m', isolation: 'freeze' }],
  ])('with a near cache: %s', async (_, near) => {
    const caches = createCaches(redis({ near }), { env, load })
    expect((await caches.get().health()).backend.name).toBe('memory before redis')
    await caches.close()
  })

  it('without one: false', async () => {
    const caches = createCaches(redis({ near: false }), { env, load })
    expect((await caches.get().health()).backend.name).toBe('redis')
    await caches.close()
  })

  it.each([
    ['near for memory', { backends: [{ near: true }] }, 'is for backends of type redis'],
    ['an unknown setting of near', redis({ near: { size: 1 } }), 'near'],
    ['a server without a port', redis({ redis_cluster: ['localhost'] }), "a server, such as '10.0.0.1:6379'"],
    ['no servers', redis({ redis_cluster: [] }), 'a list of servers'],
    ['sentinels without nodes', redis({ redis_sentinel: { name: 'm' } }), 'redis_sentinel.nodes'],
    ['a url and a cluster', redis({ redis_url: 'redis://a', redis_cluster: ['a:1'] }), 'redis_url is given as well'],
  ])('%s is refused', (_, document, message) => {
    expect(() => createCaches(document, { env, load })).toThrow(message)
  })
})
