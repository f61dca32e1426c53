import 'reflect-metadata'
import { type CacheManagerCache, cacheManager } from '@holdfast/cache-compat'
import { CacheService, createCache } from '@holdfast/cache-core'
import { ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { CACHE_MANAGER, CacheModule } from '@nestjs/cache-manager'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { type Cache, createCache as theirs } from 'cache-manager'
import { describe, expect, it } from 'vitest'

function open() {
  const clock = new ManualClock(Date.now())
  const cache = createCache({ backend: new MemoryBackend({ clock }), clock, jitter: 0 })
  return { clock, cache, manager: cacheManager(cache) }
}

/** The part of both that is compared. */
type Both = Pick<CacheManagerCache, 'get' | 'mget' | 'set' | 'mset' | 'del' | 'mdel' | 'clear' | 'wrap' | 'ttl'>

/** What programs do with it, and what they are answered. */
async function script(cache: Both): Promise<unknown[]> {
  const said: unknown[] = []
  const say = async (answer: Promise<unknown>): Promise<unknown> => said.push(await answer)
  let loads = 0
  const load = async () => ++loads
  await say(cache.get('k'))
  await say(cache.set('k', { a: 1 }))
  await say(cache.get('k'))
  await say(cache.mget(['k', 'absent']))
  await say(
    cache.mset([
      { key: 'a', value: 1, ttl: 60_000 },
      { key: 'b', value: 2, ttl: 60_000 },
    ]),
  )
  await say(cache.mget(['a', 'b']))
  await say(cache.del('a'))
  await say(cache.del('a'))
  await say(cache.mdel(['b', 'k']))
  await say(cache.mget(['a', 'b', 'k']))
  await say(cache.wrap('w', load))
  await say(cache.wrap('w', load, 60_000))
  await say(Promise.all([cache.wrap('x', load), cache.wrap('x', load)]))
  await say(cache.wrap('u', async () => undefined))
  await say(cache.wrap('u', load, { ttl: (value) => value * 1000 }))
  await say(cache.wrap('u', load, { ttl: 5000 }))
  await say(cache.wrap('no', () => Promise.reject(new Error('no'))).catch((error: Error) => error.message))
  await cache.set('t', 1, 60_000)
  const left = ((await cache.ttl('t')) as number) - Date.now()
  said.push(left > 50_000 && left <= 60_000)
  await say(cache.clear())
  await say(cache.get('w'))
  return said
}

describe('cacheManager', () => {
  it('answers as cache-manager does', async () => {
    const cache = createCache({ backend: new MemoryBackend(), jitter: 0 })
    expect(await script(cacheManager(cache))).toEqual(await script(theirs({ ttl: 300_000 }) as Both))
    await cache.close()
  })

  it('takes lifetimes in milliseconds; 0 is for ever', async () => {
    const { clock, manager } = open()
    await manager.set('short', 1, 50)
    await manager.set('ever', 1, 0)
    await clock.advance(50)
    expect(await manager.mget(['short', 'ever'])).toEqual([undefined, 1])
    expect(await manager.ttl('ever')).toBeUndefined()
  })

  it.each([
    ['a number', 300],
    ['a function of the value', () => 300],
  ])(
    'with a refreshThreshold that is %s serves what is there, loads anew once, and tells',
    async (_, refreshThreshold) => {
      const { clock, manager } = open()
      const refreshed: unknown[] = []
      manager.on('refresh', ({ value, error }) => refreshed.push(error ?? value))
      let loads = 0
      const wrap = () => manager.wrap('k', async () => ++loads, { ttl: 1000, refreshThreshold })
      expect(await wrap()).toBe(1)
      await clock.advance(699)
      expect([await wrap(), loads]).toEqual([1, 1])
      await clock.advance(1)
      expect(await Promise.all([wrap(), wrap()])).toEqual([1, 1])
      await clock.advance(0)
      expect([await wrap(), loads, refreshed]).toEqual([2, 2, [2]])
      await clock.advance(1000)
      expect(await wrap()).toBe(3)
    },
  )

  it('what is deleted while it is refreshed does not come back', async () => {
    const { clock, manager } = open()
    let finish = (): void => undefined
    const slow = () => new Promise<string>((resolve) => (finish = () => resolve('old')))
    await manager.wrap('k', async () => 'old', { ttl: 1000, refreshThreshold: 900 })
    await clock.advance(500)
    expect(await manager.wrap('k', slow, { ttl: 1000, refreshThreshold: 900 })).toBe('old')
    await manager.del('k')
    finish()
    await clock.advance(0)
    expect(await manager.get('k')).toBeUndefined()
  })

  it('tells what was done and what failed', async () => {
    const { cache, manager } = open()
    const told: string[] = []
    for (const event of ['set', 'get', 'del', 'clear'] as const)
      manager.on(event, (data?: { error?: unknown } | unknown) =>
        told.push(event + ((data as { error?: unknown })?.error ? ' failed' : '')),
      )
    await manager.set('k', 1)
    await manager.get('k')
    await manager.del('k')
    await manager.clear()
    await cache.close()
    await expect(manager.del('k')).rejects.toMatchObject({ code: 'E_CLOSED' })
    expect(told).toEqual(['set', 'get', 'del', 'clear', 'del failed'])
  })

  it('stands in for CACHE_MANAGER in a Nest application', async () => {
    const cache = createCache({ backend: new MemoryBackend() })
    class Users {
      constructor(readonly manager: Cache) {}
    }
    class Root {}
    Module({
      imports: [CacheModule.register()],
      providers: [
        { provide: CacheService, useValue: cache },
        { provide: CACHE_MANAGER, inject: [CacheService], useFactory: cacheManager },
        { provide: Users, inject: [CACHE_MANAGER], useFactory: (manager: Cache) => new Users(manager) },
      ],
    })(Root)
    const app = await NestFactory.createApplicationContext(Root, { logger: false })
    const { manager } = app.get(Users)
    expect(await manager.wrap('k', () => 'loaded', 1000)).toBe('loaded')
    expect(await cache.get('k')).toBe('loaded')
    await app.close()
    await cache.close()
  })

  it('anything but a cache is refused', () => {
    expect(() => cacheManager({} as never)).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
  })
})
