import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BackendType, loadConfig } from '@holdfast/cache-config'
import { type CacheErrorCode, CacheService } from '@holdfast/cache-core'
import { Application, CacheModule } from '@holdfast/cache-di'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../redis-server/index.js'

/** The how-to guide, row by row, on process memory and on a Redis with a password. */
const PASSWORD = 'pass:word/with?signs'
let server: RedisServer
let folder: string

beforeAll(async () => {
  server = await startRedis({ password: PASSWORD })
  folder = mkdtempSync(join(tmpdir(), 'holdfast-how-to-'))
})
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const applicationYaml = (): string => `
cache:
  backends:
    - name: "redis-primary"
      type: redis
      default: true
      redis_host: "${server.host}"
      redis_port: ${server.port}
      redis_password: "\${REDIS_PASSWORD}"
      key_prefix: "${randomUUID()}"
      default_ttl: 3600
`

const write = (yaml: string): string => {
  const path = join(folder, `${randomUUID()}.yaml`)
  writeFileSync(path, yaml)
  return path
}

const redisModule = () =>
  CacheModule.configure(loadConfig(write(applicationYaml()), { env: { REDIS_PASSWORD: PASSWORD } }))

describe.each([
  ['memory', () => CacheModule.stub()],
  ['Redis with a password', redisModule],
] as const)('on %s', (_, module) => {
  const withCache = (run: (cache: CacheService) => Promise<void>): Promise<void> =>
    Application.boot({ name: 'test-app', modules: [module()] }, async (app) =>
      run(await app.container.resolve(CacheService)),
    )

  it('set with a TTL, get', () =>
    withCache(async (cache) => {
      await cache.set('session:abc', { user: 1, since: new Date(0) }, { ttl: 1800 })
      expect(await cache.get('session:abc')).toEqual({ user: 1, since: new Date(0) })
      const left = await cache.ttl('session:abc')
      expect(left).toBeLessThanOrEqual(1800)
      expect(left).toBeGreaterThan(1700)
    }))

  it('cache-aside', () =>
    withCache(async (cache) => {
      let loads = 0
      const getUser = async (id: string): Promise<unknown> => {
        const cached = await cache.get(`user:${id}`)
        if (cached !== undefined) return cached
        loads++
        const user = { id }
        await cache.set(`user:${id}`, user, { ttl: 300 })
        return user
      }
      expect([await getUser('1'), await getUser('1'), loads]).toEqual([{ id: '1' }, { id: '1' }, 1])
    }))

  it('pattern delete with a count', () =>
    withCache(async (cache) => {
      await cache.setMany({ 'user:1': 1, 'user:2': 2, 'users:1': 3, 'session:1': 4 })
      expect(await cache.deletePattern('user:*')).toBe(2)
      expect(await cache.deletePattern('session:*')).toBe(1)
      expect(await cache.get('users:1')).toBe(3)
    }))

  it('stampede protection is on by default', () =>
    withCache(async (cache) => {
      let loads = 0
      const load = async () => {
        await new Promise((resolve) => setTimeout(resolve, 50))
        return ++loads
      }
      expect(new Set(await Promise.all(Array.from({ length: 100 }, () => cache.getOrSet('k', load))))).toEqual(
        new Set([1]),
      )
    }))
})

describe('several backends', () => {
  it('by the configuration classes: hot in memory, cold in Redis, really separate', async () => {
    const app = new Application({ name: 'my-app' })
    app.addModule(
      CacheModule.configure({
        backends: [
          { name: 'hot', type: BackendType.MEMORY, default: true, maxSize: 5000 },
          {
            name: 'cold',
            type: BackendType.REDIS,
            redisHost: server.host,
            redisPort: server.port,
            redisPassword: PASSWORD,
            keyPrefix: randomUUID(),
          },
          {
            name: 'colder',
            type: BackendType.REDIS,
            redisHost: server.host,
            redisPort: server.port,
            redisPassword: PASSWORD,
            keyPrefix: randomUUID(),
          },
        ],
      }),
    )
    await app.start()
    const [hot, cold, colder, byDefault] = await Promise.all([
      app.container.resolve(CacheService, { name: 'hot' }),
      app.container.resolve(CacheService, { name: 'cold' }),
      app.container.resolve(CacheService, { name: 'colder' }),
      app.container.resolve(CacheService),
    ])
    await Promise.all([hot.set('k', 'hot'), cold.set('k', 'cold'), colder.set('k', 'colder')])
    expect(await Promise.all([hot, cold, colder, byDefault].map((cache) => cache.get('k')))).toEqual([
      'hot',
      'cold',
      'colder',
      'hot',
    ])
    await cold.clear()
    expect(await colder.deletePattern('*')).toBe(1)
    expect(await hot.get('k')).toBe('hot')
    await app.close()
  })

  it('each with its own prefix and default TTL, by YAML', async () => {
    const yaml = `
cache:
  backends:
    - name: "fast"
      type: memory
      default: true
      default_ttl: 60
    - name: "durable"
      type: redis
      redis_url: "\${REDIS_URL}"
      key_prefix: "persistent-${randomUUID()}"
      default_ttl: 86400 # 1 day
  service:
    enable_protection: true
    protection_lock_ttl: 60
    protection_max_wait: 30.0
`
    const config = loadConfig(write(yaml), { env: { REDIS_URL: server.url } })
    await Application.boot({ name: 'app', modules: [CacheModule.configure(config)] }, async (app) => {
      const fast = await app.container.resolve(CacheService, { name: 'fast' })
      const durable = await app.container.resolve(CacheService, { name: 'durable' })
      await fast.set('temp', 1)
      await durable.set('archive', 1)
      expect(await fast.ttl('temp')).toBeLessThanOrEqual(60)
      expect(await durable.ttl('archive')).toBeGreaterThan(80_000)
      expect(await fast.has('archive')).toBe(false)
    })
  })
})

describe('what goes wrong is one clear error', () => {
  const codeOf = async (call: () => unknown): Promise<CacheErrorCode> => {
    try {
      await call()
    } catch (error) {
      expect(error).toMatchObject({ name: 'CacheError', message: expect.stringMatching(/\w/) })
      return (error as { code: CacheErrorCode }).code
    }
    throw new Error('it succeeded')
  }

  it('a missing variable', async () => {
    expect(await codeOf(() => loadConfig(write(applicationYaml()), { env: {} }))).toBe('E_CONFIG')
  })

  it('a wrong password: reads miss, a write says why', async () => {
    const config = loadConfig(write(applicationYaml()), { env: { REDIS_PASSWORD: 'wrong' } })
    await Application.boot({ name: 'app', modules: [CacheModule.configure(config)] }, async (app) => {
      const cache = await app.container.resolve(CacheService)
      expect(await cache.get('k')).toBeUndefined()
      expect(await codeOf(() => cache.set('k', 1))).toBe('E_AUTH')
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    })
  })
})
