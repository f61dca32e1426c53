import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@holdfast/cache-config'
import { CacheService } from '@holdfast/cache-core'
import { Application, CacheModule, type Module } from '@holdfast/cache-di'
import * as memory from '@holdfast/cache-memory'
import { afterEach, describe, expect, it, vi } from 'vitest'

const env = {}
const boot = (module: Module) => Application.boot({ modules: [module] })

afterEach(() => vi.unstubAllEnvs())

describe('CacheModule.configure', () => {
  it('accepts a path, a document, the cache object and a loaded configuration', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-di-'))
    const path = join(folder, 'application.yaml')
    writeFileSync(path, 'cache:\n  backends:\n    - name: "a"\n')
    const settings = { backends: [{ name: 'a' }] }
    for (const source of [path, { cache: settings }, settings, loadConfig(settings, { env })]) {
      await using app = await boot(CacheModule.configure(source, { env }))
      expect((await app.container.resolve(CacheService, { name: 'a' })).name).toBe('a')
    }
    rmSync(folder, { recursive: true })
  })

  it('tells at the start what is wrong', async () => {
    const module = CacheModule.configure({ backends: [{ nam: 'a' }] }, { env })
    await expect(boot(module)).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('did you mean name?'),
    })
  })

  it('takes packages from whoever hands them over', async () => {
    const load = vi.fn(() => memory)
    await using app = await boot(CacheModule.configure({}, { env, load }))
    expect(load).toHaveBeenCalledWith('memory')
    expect((await app.container.resolve(CacheService)).name).toBe('default')
  })

  it('refuses an unknown name with those it knows', async () => {
    await using app = await boot(CacheModule.configure({ backends: [{ name: 'a' }, { name: 'b' }] }, { env }))
    await expect(app.container.resolve(CacheService, { name: 'c' })).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('Known are a, b'),
    })
  })

  it('closes its caches with the application', async () => {
    const app = await boot(CacheModule.configure({}, { env }))
    const cache = await app.container.resolve(CacheService)
    await app.close()
    await expect(cache.get('key')).rejects.toMatchObject({ code: 'E_CLOSED' })
  })

  it('cannot be there twice, and leaves nothing open then', async () => {
    const opened: memory.MemoryBackend[] = []
    class MemoryBackend extends memory.MemoryBackend {
      constructor() {
        super()
        opened.push(this)
      }
    }
    const one = () => CacheModule.configure({}, { env, load: () => ({ MemoryBackend }) })
    const booting = Application.boot({ modules: [one(), one()] })
    await expect(booting).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('CacheService is provided twice'),
    })
    expect(opened.map((backend) => backend.health().status)).toEqual(['down', 'down'])
  })
})

describe('CacheModule.stub', () => {
  it('is a memory cache named default, whatever the environment says', async () => {
    vi.stubEnv('HOLDFAST_CACHE__BACKENDS__0__TYPE', 'redis')
    await using app = await boot(CacheModule.stub())
    const cache = await app.container.resolve(CacheService)
    expect(cache.name).toBe('default')
    expect((await cache.health()).backend.name).toBe('memory')
    expect(await app.container.resolve(CacheService, { name: 'default' })).toBe(cache)
  })

  it('makes a cache of its own for every name', async () => {
    const app = await boot(CacheModule.stub())
    const [hot, cold, again] = await Promise.all(
      ['hot', 'cold', 'hot'].map((name) => app.container.resolve(CacheService, { name })),
    )
    expect(again).toBe(hot)
    await hot?.set('key', 1)
    expect(await cold?.get('key')).toBeUndefined()
    await app.close()
    await expect(hot?.get('key')).rejects.toMatchObject({ code: 'E_CLOSED' })
  })

  it('knows only the names that it is given', async () => {
    await using app = await boot(CacheModule.stub({ names: ['hot', 'cold'] }))
    expect((await app.container.resolve(CacheService)).name).toBe('hot')
    await expect(app.container.resolve(CacheService, { name: 'cool' })).rejects.toMatchObject({ code: 'E_CONFIG' })
  })
})
