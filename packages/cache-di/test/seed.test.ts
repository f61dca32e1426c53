import { BackendType, type CacheSettings } from '@holdfast/cache-config'
import { CacheService } from '@holdfast/cache-core'
import { Application, CacheModule } from '@holdfast/cache-di'
import { describe, expect, it } from 'vitest'

const options = { env: {} }

describe('the rows of the guide', () => {
  it('boots a test application on process memory alone', async () => {
    await Application.boot({ name: 'test-app', modules: [CacheModule.stub()] }, async (app) => {
      const cache = await app.container.resolve(CacheService)
      await cache.set('key', 'value')
      expect(await cache.get('key')).toBe('value')
    })
  })

  it('boots with `await using`', async () => {
    await using app = await Application.boot({ name: 'test-app', modules: [CacheModule.stub()] })
    expect(app.name).toBe('test-app')
    expect(await app.container.resolve(CacheService)).toBeInstanceOf(CacheService)
  })

  it('makes an application, adds the module, resolves by name', async () => {
    const createApp = (): Application => {
      const config: CacheSettings = {
        backends: [
          { name: 'hot', type: BackendType.MEMORY, default: true, maxSize: 5000 },
          { name: 'cold', type: BackendType.MEMORY },
        ],
      }
      const app = new Application({ name: 'my-app' })
      app.addModule(CacheModule.configure(config, options))
      return app
    }
    await using app = await createApp().start()
    const hot = await app.container.resolve(CacheService, { name: 'hot' })
    const cold = await app.container.resolve(CacheService, { name: 'cold' })
    expect(await app.container.resolve(CacheService)).toBe(hot)
    await hot.set('temp', 1, { ttl: 60 })
    expect(await cold.get('temp')).toBeUndefined()
  })

  it('gives a function its cache', async () => {
    const getUser = async (userId: string, cache: CacheService) => {
      const key = `user:${userId}`
      const cached = await cache.get<{ id: string }>(key)
      if (cached !== undefined) return cached
      const user = { id: userId }
      await cache.set(key, user, { ttl: 300 })
      return user
    }
    const deleted = await Application.boot({ modules: [CacheModule.stub()] }, async (app) => {
      const cache = await app.container.resolve(CacheService)
      const user = await getUser('1', cache)
      expect(await getUser('1', cache)).toBe(user)
      return cache.deletePattern('user:*')
    })
    expect(deleted).toBe(1)
  })
})
