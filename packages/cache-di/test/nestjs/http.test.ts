import 'reflect-metadata'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { CacheService } from '@holdfast/cache-core'
import { CacheModule, HttpCache, type HttpCacheOptions } from '@holdfast/cache-di/nestjs'
import { Controller, Get, type INestApplication, Module, Post, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { afterEach, describe, expect, it } from 'vitest'

type Handler = (request: never, response: { header(name: string, value: string): unknown }) => unknown

const open: INestApplication[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.close()
})

const PLATFORMS = { express: () => new ExpressAdapter(), fastify: () => new FastifyAdapter() }

describe.each(Object.entries(PLATFORMS))('HttpCache on %s', (_, adapter) => {
  /** An application with one handler under `/it`. */
  async function serve(handler: Handler, options: HttpCacheOptions = {}) {
    let runs = 0
    class Only {
      it(request: never, response: never) {
        runs++
        return handler(request, response)
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Only.prototype, 'it') as PropertyDescriptor
    Req()(Only.prototype, 'it', 0)
    Res({ passthrough: true })(Only.prototype, 'it', 1)
    for (const decorate of [Get('it'), HttpCache(options)]) decorate(Only.prototype, 'it', descriptor)
    Controller()(Only)
    class Root {}
    Module({ imports: [CacheModule.stub()], controllers: [Only] })(Root)
    const app = await NestFactory.create(Root, adapter(), { logger: false, abortOnError: false })
    open.push(app)
    await app.listen(0, '127.0.0.1')
    const url = await app.getUrl()
    return {
      get: (path = '/it', headers: Record<string, string> = {}, method = 'GET') =>
        fetch(url + path, { headers, method }),
      /** By hand: `fetch` would also say `Cache-Control: no-cache`. */
      conditional: async (etag: string) => {
        const [answer] = (await once(
          request(`${url}/it`, { headers: { 'if-none-match': etag } }).end(),
          'response',
        )) as [IncomingMessage]
        return { status: answer.statusCode, body: (await answer.setEncoding('utf8').toArray()).join('') }
      },
      cache: app.get(CacheService),
      runs: () => runs,
    }
  }

  it('answers the second request without the handler, with its age and its entity tag', async () => {
    const { get, conditional, runs } = await serve((_request, response) => {
      response.header('x-own', 'once')
      response.header('content-language', 'en')
      return { hello: 'world' }
    })
    const [first, second] = [await get(), await get()]
    expect(runs()).toBe(1)
    expect(await second.json()).toEqual(await first.json())
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(second.headers.get('content-language')).toBe('en')
    expect(second.headers.get('age')).toBe('0')
    const etag = second.headers.get('etag') as string
    expect(await conditional(etag)).toEqual({ status: 304, body: '' })
    expect(await conditional(`"another", ${etag}`)).toEqual({ status: 304, body: '' })
    expect(await conditional('"another"')).toEqual({ status: 200, body: '{"hello":"world"}' })
    expect(runs()).toBe(1)
  })

  it('runs one handler for those who come at once, and another for another query', async () => {
    const { get, runs } = await serve(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return 'slow'
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => get()))
    expect(new Set(await Promise.all(answers.map((answer) => answer.text())))).toEqual(new Set(['slow']))
    expect(runs()).toBe(1)
    await get('/it?page=2')
    expect(runs()).toBe(2)
  })

  it('never answers one user with what is for another', async () => {
    const who = (request: { headers: Record<string, string> }) => ({
      you: request.headers['authorization'] ?? request.headers['cookie'] ?? 'nobody',
    })
    const { get, runs } = await serve(who as never)
    for (const headers of [{ authorization: 'Ada' }, { cookie: 'user=Bob' }, { authorization: 'Ada' }])
      expect(await (await get('/it', headers)).json()).toEqual({ you: Object.values(headers)[0] })
    expect(await (await get()).json()).toEqual({ you: 'nobody' })
    expect(runs()).toBe(4)
  })

  it('keeps one response for each value of what it varies by', async () => {
    const { get, runs } = await serve(
      ((request: { headers: Record<string, string> }) => ({ you: request.headers['authorization'] })) as never,
      { vary: ['Authorization'] },
    )
    for (const name of ['Ada', 'Bob', 'Ada', 'Bob'])
      expect(await (await get('/it', { authorization: name })).json()).toEqual({ you: name })
    expect(runs()).toBe(2)
    expect((await get('/it', { authorization: 'Ada' })).headers.get('vary')).toContain('authorization')
  })

  it.each([
    ['sets a cookie', 'set-cookie', 'session=1'],
    ['is private', 'cache-control', 'private, max-age=60'],
    ['must not be stored', 'cache-control', 'no-store'],
    ['varies by everything', 'vary', '*'],
  ])('does not keep a response that %s, nor share it with those who wait', async (_what, name, value) => {
    let count = 0
    const { get, runs } = await serve(async (_request, response) => {
      const mine = ++count
      await new Promise((resolve) => setTimeout(resolve, 20))
      response.header(name, value)
      return { mine }
    })
    const answers = await Promise.all([get(), get(), get()])
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<{ mine: number }>))
    expect(new Set(bodies.map(({ mine }) => mine)).size).toBe(3)
    await get()
    expect(runs()).toBe(4)
  })

  it('keeps no failure, and passes it on', async () => {
    const { get, runs } = await serve(() => {
      throw new Error('no')
    })
    expect([(await get()).status, (await get()).status]).toEqual([500, 500])
    expect(runs()).toBe(2)
  })

  it('does as the request says, and as the response says for how long', async () => {
    const { get, runs, cache } = await serve(
      (_request, response) => {
        response.header('cache-control', 'public, max-age=300')
        return 'x'
      },
      { tags: ['things'] },
    )
    await get()
    await get('/it', { 'cache-control': 'no-cache' })
    expect(runs()).toBe(2)
    await get()
    expect(runs()).toBe(2)
    await cache.invalidateTags(['things'])
    await get()
    expect(runs()).toBe(3)
  })

  it('HEAD is answered as GET is, and nothing else is asked', async () => {
    const { get, runs } = await serve(() => 'x')
    await get()
    expect((await get('/it', {}, 'HEAD')).status).toBe(200)
    expect(runs()).toBe(1)
  })
})

it('is left out where it is on a method that changes something', async () => {
  let runs = 0
  class Writes {
    it() {
      return ++runs
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Writes.prototype, 'it') as PropertyDescriptor
  Post('it')(Writes.prototype, 'it', descriptor)
  Controller()(Writes)
  HttpCache()(Writes)
  class Root {}
  Module({ imports: [CacheModule.stub()], controllers: [Writes] })(Root)
  const app = await NestFactory.create(Root, { logger: false })
  open.push(app)
  await app.listen(0, '127.0.0.1')
  for (let turn = 0; turn < 2; turn++) await fetch(`${await app.getUrl()}/it`, { method: 'POST' })
  expect(runs).toBe(2)
})
