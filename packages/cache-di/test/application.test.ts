import { CacheService } from '@holdfast/cache-core'
import { Application, CacheModule, type Module } from '@holdfast/cache-di'
import { afterEach, describe, expect, it, vi } from 'vitest'

/** A module that writes down what happens to it. */
const spy = (name: string, log: string[], { start, close }: { start?: Error; close?: Error } = {}): Module => ({
  name,
  start() {
    log.push(`start ${name}`)
    if (start) throw start
  },
  close() {
    log.push(`close ${name}`)
    if (close) throw close
  },
})

afterEach(() => vi.restoreAllMocks())

describe('Application', () => {
  it('starts in order and closes in reverse, once', async () => {
    const log: string[] = []
    const app = await Application.boot({ modules: [spy('a', log), spy('b', log)] })
    await Promise.all([app.close(), app.close()])
    await app[Symbol.asyncDispose]()
    expect(log).toEqual(['start a', 'start b', 'close b', 'close a'])
  })

  it('resolves to what run returned, and closes also when run fails', async () => {
    const log: string[] = []
    expect(await Application.boot({ modules: [spy('a', log)] }, () => 42)).toBe(42)
    const failing = Application.boot({ modules: [spy('a', log)] }, () => Promise.reject(new RangeError('no')))
    await expect(failing).rejects.toBeInstanceOf(RangeError)
    expect(log).toEqual(['start a', 'close a', 'start a', 'close a'])
  })

  it('closes every module although one fails, and says which', async () => {
    const log: string[] = []
    const app = await Application.boot({
      name: 'shop',
      modules: [spy('a', log, { close: new Error('x') }), spy('b', log, { close: new Error('y') }), spy('c', log)],
    })
    await expect(app.close()).rejects.toMatchObject({
      code: 'E_UNAVAILABLE',
      message: 'shop: closing failed for b, a; every other module is closed.',
      cause: expect.objectContaining({ errors: [new Error('y'), new Error('x')] }),
    })
    expect(log.slice(3)).toEqual(['close c', 'close b', 'close a'])
  })

  it('closes the first modules when a later one cannot start', async () => {
    const log: string[] = []
    const error = new Error('no')
    await expect(
      Application.boot({ modules: [spy('a', log), spy('b', log, { start: error }), spy('c', log)] }),
    ).rejects.toBe(error)
    expect(log).toEqual(['start a', 'start b', 'close a'])
  })

  it('tells both failures when the closing fails after another one', async () => {
    const broken = () => spy('a', [], { close: new Error('close') })
    const both = { errors: [new Error('first'), expect.objectContaining({ code: 'E_UNAVAILABLE' })] }
    await expect(
      Application.boot({ modules: [broken()] }, () => Promise.reject(new Error('first'))),
    ).rejects.toMatchObject(both)
    await expect(
      Application.boot({ modules: [broken(), spy('b', [], { start: new Error('first') })] }),
    ).rejects.toMatchObject(both)
  })

  it('starts once, takes no module after that, and not again after the end', async () => {
    const log: string[] = []
    const app = new Application().addModule(spy('a', log))
    expect(await Promise.all([app.start(), app.start()])).toEqual([app, app])
    expect(() => app.addModule(spy('b', log))).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
    const never = new Application()
    await never.close()
    await expect(never.start()).rejects.toMatchObject({ code: 'E_CLOSED' })
    await app.close()
    expect(log).toEqual(['start a', 'close a'])
  })

  it('closes after a start that is under way', async () => {
    const log: string[] = []
    const slow: Module = {
      ...spy('slow', log),
      start: () => new Promise((resolve) => setTimeout(resolve, 10)).then(() => void log.push('start slow')),
    }
    const app = new Application({ modules: [slow] })
    const starting = app.start()
    await app.close()
    await starting
    expect(log).toEqual(['start slow', 'close slow'])
    await expect(app.container.resolve(CacheService)).rejects.toMatchObject({ code: 'E_CLOSED' })
  })
})

describe('Container', () => {
  it('resolves symbols and classes that modules provide', async () => {
    class Mailer {}
    const NUMBER = Symbol('number')
    const module: Module = {
      name: 'other',
      start(container) {
        container.provide(Mailer, () => new Mailer())
        container.provide<number>(NUMBER, (name) => Number(name ?? 1))
      },
      close: () => undefined,
    }
    await Application.boot({ modules: [module] }, async ({ container }) => {
      expect(await container.resolve(Mailer)).toBeInstanceOf(Mailer)
      expect(await container.resolve(NUMBER, { name: '7' })).toBe(7)
    })
  })

  it('knows CacheService from another build by its brand, but no class that only derives from it', async () => {
    class Other {}
    Object.defineProperty(Other, Symbol.for('holdfast.CacheService'), { value: true })
    class Derived extends CacheService {}
    await Application.boot({ modules: [CacheModule.stub()] }, async ({ container }) => {
      expect(await container.resolve(Other)).toBe(await container.resolve(CacheService))
      await expect(container.resolve(Derived)).rejects.toMatchObject({ code: 'E_CONFIG' })
    })
  })

  it('refuses a token that nobody provides, with those it knows', async () => {
    const token = Symbol('mailer')
    const refused = (remedy: string) => ({
      code: 'E_CONFIG',
      message: expect.stringMatching(`No module provides Symbol\\(mailer\\).*${remedy}`),
    })
    await using app = await Application.boot({ modules: [CacheModule.stub()] })
    await expect(app.container.resolve(token)).rejects.toMatchObject(refused('Known are CacheService'))
    await using empty = await Application.boot({})
    await expect(empty.container.resolve(token)).rejects.toMatchObject(refused('CacheModule.stub'))
  })

  it('refuses before the start and after the end', async () => {
    const app = new Application({ modules: [CacheModule.stub()] })
    await expect(app.container.resolve(CacheService)).rejects.toMatchObject({ code: 'E_CONFIG' })
    await app.start()
    await app.close()
    await expect(app.container.resolve(CacheService)).rejects.toMatchObject({ code: 'E_CLOSED' })
  })
})

describe('shutdownOn', () => {
  it('is not there unless asked for, and is undone by close', async () => {
    const before = process.listenerCount('SIGTERM')
    const app = await Application.boot({ modules: [CacheModule.stub()] })
    expect(process.listenerCount('SIGTERM')).toBe(before)
    app.shutdownOn('SIGTERM')
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    await app.close()
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })

  it('closes, then lets the process end by the signal', async () => {
    const log: string[] = []
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const app = await Application.boot({ modules: [spy('a', log)] })
    app.shutdownOn('SIGUSR2')
    process.emit('SIGUSR2', 'SIGUSR2')
    await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, 'SIGUSR2'))
    expect(log).toEqual(['start a', 'close a'])
  })

  it('ends although closing fails, with a warning, and not while somebody else listens', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const app = await Application.boot({ modules: [spy('a', [], { close: new Error('x') })] })
    app.shutdownOn('SIGUSR2')
    const other = () => undefined
    process.on('SIGUSR2', other)
    process.emit('SIGUSR2', 'SIGUSR2')
    await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce())
    await new Promise((resolve) => setImmediate(resolve))
    expect(kill).not.toHaveBeenCalled()
    process.off('SIGUSR2', other)
  })
})
