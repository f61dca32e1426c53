import 'reflect-metadata'
import { CacheService, createCache } from '@holdfast/cache-core'
import { bindCache, cache } from '@holdfast/cache-decorators'
import { CACHES, CacheHealthIndicator, CacheModule, getCacheToken, InjectCache } from '@holdfast/cache-di/nestjs'
import { MemoryBackend } from '@holdfast/cache-memory'
import type { DynamicModule, INestApplicationContext } from '@nestjs/common'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { afterEach, describe, expect, it } from 'vitest'

const open: INestApplicationContext[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

async function start(...imports: DynamicModule[]): Promise<INestApplicationContext> {
  class Root {}
  Module({ imports })(Root)
  const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false })
  open.push(app)
  return app
}

const TWO = {
  backends: [
    { name: 'fast', default: true },
    { name: 'durable', defaultTtl: '1d' },
  ],
}

describe('CacheModule in a Nest application', () => {
  it('provides the default cache as CacheService, and each by its name', async () => {
    const app = await start(CacheModule.forRoot(TWO))
    const [fast, durable] = [app.get(CacheService), app.get<CacheService>(getCacheToken('durable'))]
    expect(fast).toBe(app.get(getCacheToken('fast')))
    await durable.set('k', 'v')
    expect(await durable.get('k')).toBe('v')
    expect(await fast.get('k')).toBeUndefined()
  })

  it('injects into classes that know nothing of it', async () => {
    class Users {
      constructor(
        readonly cache: CacheService,
        readonly durable: CacheService,
      ) {}
    }
    // As the decorators of a TypeScript class would.
    InjectCache()(Users, undefined as never, 0)
    InjectCache('durable')(Users, undefined as never, 1)
    class Feature {}
    Module({ providers: [Users], exports: [Users] })(Feature)
    class Root {}
    Module({ imports: [CacheModule.forRoot(TWO), Feature] })(Root)
    const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false })
    open.push(app)
    const users = app.get(Users)
    expect(users.cache.name).toBe('fast')
    expect(users.durable.name).toBe('durable')
  })

  it('takes its configuration from what other modules provide', async () => {
    class Settings {
      readonly ttl = 60
    }
    class SettingsModule {}
    Module({ providers: [Settings], exports: [Settings] })(SettingsModule)
    const app = await start(
      CacheModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async (settings: Settings) => ({ backends: [{ name: 'only', defaultTtl: settings.ttl }] }),
        names: ['only'],
      }),
    )
    const only = app.get<CacheService>(getCacheToken('only'))
    await only.set('k', 1)
    expect(await only.ttl('k')).toBeLessThanOrEqual(60)
  })

  it('fails to start with a wrong configuration, and says what is wrong', async () => {
    expect(() => CacheModule.forRoot({ backends: [{ name: 'a', type: 'disk' as never }] })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    )
    await expect(
      start(CacheModule.forRootAsync({ useFactory: () => ({ backends: [{ name: 'a' }] }), names: ['b'] })),
    ).rejects.toMatchObject({ code: 'E_CONFIG', message: expect.stringContaining('Known are a') })
  })

  it('closes its caches when the application closes', async () => {
    const app = await start(CacheModule.stub())
    const cacheService = app.get(CacheService)
    await cacheService.set('k', 1)
    await app.close()
    await expect(cacheService.get('k')).rejects.toMatchObject({ code: 'E_CLOSED' })
  })

  it('tells its health as a health check wants it', async () => {
    const app = await start(CacheModule.stub({ names: ['a', 'b'] }))
    expect(await app.get(CacheHealthIndicator).isHealthy()).toEqual({
      cache: { status: 'up', caches: { a: 'up', b: 'up' } },
    })
    await app.get<{ close(): Promise<void> }>(CACHES).close()
    expect((await app.get(CacheHealthIndicator).isHealthy('c'))['c']).toMatchObject({ status: 'down' })
  })

  it('decorated methods use the cache that is bound', async () => {
    const app = await start(CacheModule.stub())
    bindCache(app.get(CacheService))
    let calls = 0
    const load = cache({ name: 'users', ttl: 60 })(async (id: string) => ({ id, call: ++calls }))
    expect([await load('1'), await load('1')]).toEqual([
      { id: '1', call: 1 },
      { id: '1', call: 1 },
    ])
    // As without any framework.
    const alone = createCache({ backend: new MemoryBackend() })
    bindCache(alone)
    expect(await load('1')).toEqual({ id: '1', call: 2 })
    await alone.close()
  })
})
