import 'reflect-metadata'
import { CacheService, createCache } from '@holdfast/cache-core'
import { Application, CacheModule as OwnModule } from '@holdfast/cache-di'
import * as ofAwilix from '@holdfast/cache-di/awilix'
import * as ofInversify from '@holdfast/cache-di/inversify'
import * as ofNest from '@holdfast/cache-di/nestjs'
import * as ofTsyringe from '@holdfast/cache-di/tsyringe'
import { MemoryBackend } from '@holdfast/cache-memory'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { asClass, createContainer, InjectionMode } from 'awilix'
import { Container, inject, injectable, named } from 'inversify'
import { container as tsyringe, inject as tsyringeInject } from 'tsyringe'
import { describe, expect, it } from 'vitest'
import { Users } from './users.js'

const TWO = { backends: [{ name: 'fast' }, { name: 'sessions', default: true }, { name: 'hot-data' }] }

const WRONG = { backends: [{ name: 'a', type: 'nonsense' }] } as never

/** Made by a container, and the end of that container. */
interface Made {
  readonly users: Users
  readonly named: CacheService
  readonly close: () => Promise<unknown>
}

const FRAMEWORKS: Record<string, () => Promise<Made>> = {
  Inversify: async () => {
    const container = new Container()
    await ofInversify.registerCaches(container, TWO)
    container.bind(Users).toResolvedValue((cache: CacheService) => new Users(cache), [CacheService])
    const hot = container.get(CacheService, { name: 'fast' })
    return { users: container.get(Users), named: hot, close: () => container.unbindAllAsync() }
  },
  tsyringe: async () => {
    const container = tsyringe.createChildContainer()
    await ofTsyringe.registerCaches(container, TWO)
    container.register(Users, { useFactory: (from) => new Users(from.resolve(CacheService)) })
    const hot = container.resolve<CacheService>(ofTsyringe.cacheToken('fast'))
    return { users: container.resolve(Users), named: hot, close: async () => container.dispose() }
  },
  Awilix: async () => {
    const container = createContainer<ofAwilix.CacheCradle & { users: Users; fastCache: CacheService }>({
      injectionMode: InjectionMode.CLASSIC,
    })
    await ofAwilix.registerCaches(container, TWO)
    container.register('users', asClass(Users).singleton())
    const { users, fastCache } = container.cradle
    return { users, named: fastCache, close: () => container.dispose() }
  },
  Nest: async () => {
    class Root {}
    const users = { provide: Users, inject: [CacheService], useFactory: (cache: CacheService) => new Users(cache) }
    Module({ imports: [ofNest.CacheModule.forRoot(TWO)], providers: [users] })(Root)
    const app = await NestFactory.createApplicationContext(Root, { logger: false })
    return { users: app.get(Users), named: app.get(ofNest.getCacheToken('fast')), close: () => app.close() }
  },
  'our own container': async () => {
    const app = await Application.boot({ modules: [OwnModule.configure(TWO)] })
    const users = new Users(await app.container.resolve(CacheService))
    return { users, named: await app.container.resolve(CacheService, { name: 'fast' }), close: () => app.close() }
  },
  nothing: async () => {
    const [cache, fast] = ['sessions', 'fast'].map((name) => createCache({ name, backend: new MemoryBackend() }))
    const close = () => Promise.all([cache?.close(), fast?.close()])
    return { users: new Users(cache as CacheService), named: fast as CacheService, close }
  },
}

describe.each(Object.entries(FRAMEWORKS))('one decorated class in %s', (_, make) => {
  it('is given the default cache, caches and invalidates; the container closes the caches', async () => {
    const { users, named: fast, close } = await make()
    expect(users.cache.name).toBe('sessions')
    expect(fast.name).toBe('fast')
    expect([await users.find('1'), await users.find('1'), users.asked]).toEqual(['Ada', 'Ada', 1])
    await users.rename('1', 'Grace')
    expect([await users.find('1'), users.asked]).toEqual(['Grace', 2])
    await fast.set('k', 'v')
    expect(await users.cache.get('k')).toBeUndefined()
    await close()
    await expect(users.cache.set('k', 1)).rejects.toMatchObject({ code: 'E_CLOSED' })
    await expect(fast.set('k', 1)).rejects.toMatchObject({ code: 'E_CLOSED' })
  })
})

describe('Inversify', () => {
  it('injects by decorators', async () => {
    class Feature {
      constructor(
        readonly cache: CacheService,
        readonly fast: CacheService,
      ) {}
    }
    // As the decorators of a TypeScript class would.
    injectable()(Feature)
    inject(CacheService)(Feature, undefined, 0)
    inject(CacheService)(Feature, undefined, 1)
    named('fast')(Feature, undefined, 1)
    const container = new Container()
    const caches = await ofInversify.registerCaches(container, TWO)
    container.bind(Feature).toSelf()
    const { cache, fast } = container.get(Feature)
    expect([cache.name, fast.name]).toEqual(['sessions', 'fast'])
    expect(container.get(ofInversify.CACHES)).toBe(caches)
    await container.unbindAllAsync()
  })

  it('a stub needs no configuration', async () => {
    const container = new Container()
    await ofInversify.registerStubCaches(container)
    expect(await container.get(CacheService).getOrSet('k', () => 1)).toBe(1)
    await container.unbindAllAsync()
  })

  it('a wrong configuration is told, and nothing is bound', async () => {
    const container = new Container()
    const registering = ofInversify.registerCaches(container, WRONG)
    await expect(registering).rejects.toMatchObject({ code: 'E_CONFIG' })
    expect(container.isBound(CacheService)).toBe(false)
  })
})

describe('tsyringe', () => {
  it('injects by decorators; a stub needs no configuration', async () => {
    class Feature {
      constructor(
        readonly cache: CacheService,
        readonly fast: CacheService,
      ) {}
    }
    tsyringeInject(CacheService)(Feature, undefined, 0)
    tsyringeInject(ofTsyringe.cacheToken('fast'))(Feature, undefined, 1)
    const { injectable: tsyringeInjectable } = await import('tsyringe')
    tsyringeInjectable()(Feature)
    const container = tsyringe.createChildContainer()
    const caches = await ofTsyringe.registerStubCaches(container, { names: ['slow', 'fast'] })
    const { cache, fast } = container.resolve(Feature)
    expect([cache, fast]).toEqual([caches.get('slow'), caches.get('fast')])
    expect(container.resolve(ofTsyringe.CACHES)).toBe(caches)
    await container.dispose()
  })

  it('a wrong configuration is told, and nothing is registered', async () => {
    const container = tsyringe.createChildContainer()
    const registering = ofTsyringe.registerCaches(container, WRONG)
    await expect(registering).rejects.toMatchObject({ code: 'E_CONFIG' })
    expect(container.isRegistered(CacheService)).toBe(false)
  })
})

describe('Awilix', () => {
  it('names are those of variables, or what you say', async () => {
    const container = createContainer()
    await ofAwilix.registerCaches(container, TWO)
    expect(Object.keys(container.registrations).sort()).toEqual([
      'cache',
      'caches',
      'fastCache',
      'hotDataCache',
      'sessionsCache',
    ])
    await container.dispose()
    const other = createContainer()
    await ofAwilix.registerStubCaches(other, { names: ['a', 'b'], nameOf: (name) => `${name}_store` })
    expect(other.resolve<CacheService>('b_store').name).toBe('b')
    await other.dispose()
  })

  it('two caches of one name are refused', async () => {
    const same = { backends: [{ name: 'hot-data', default: true }, { name: 'hotData' }] }
    await expect(ofAwilix.registerCaches(createContainer(), same)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('hotDataCache'),
    })
  })
})
