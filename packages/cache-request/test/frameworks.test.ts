import 'reflect-metadata'
import { EventEmitter } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { Body, Controller, Module, Post } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import express from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cacheInRequest, getRequestCache, memoInRequest, requestCache } from '../src/index.js'

/** Answers with what the request cache held before and after, across a wait, for a request that says who it is. */
async function answer(who: string): Promise<{ before: unknown; after: unknown; early: unknown }> {
  const before = getRequestCache('who')
  cacheInRequest('who', who)
  await sleep(Number(who) % 7)
  await memoInRequest('who', () => 'nobody')
  return { before: before ?? null, after: getRequestCache('who'), early: getRequestCache('early') ?? null }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const served = (listener: RequestListener): Promise<string> => listening(createServer(listener))

async function expressApp(): Promise<string> {
  const app = express()
  app.use(requestCache())
  app.use((_request, _response, next) => {
    cacheInRequest('early', 'yes')
    next()
  })
  app.use(express.json())
  const inner = express.Router()
  inner.use(requestCache())
  inner.post('/', async (request, response) => {
    response.json(await answer(request.body.who))
  })
  app.use(inner)
  return served(app)
}

const fastifyApp = (wire: (app: FastifyInstance) => void) => async (): Promise<string> => {
  const app = fastify()
  wire(app)
  app.addHook('onRequest', (_request, _reply, done) => {
    cacheInRequest('early', 'yes')
    done()
  })
  app.post<{ Body: { who: string } }>('/', (request) => answer(request.body.who))
  await app.ready()
  onTestFinished(() => app.close())
  await app.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
}

async function koaApp(): Promise<string> {
  const app = new Koa()
  app.use(requestCache())
  app.use((_context, next) => {
    cacheInRequest('early', 'yes')
    return next()
  })
  app.use(async (context) => {
    const chunks: Buffer[] = []
    for await (const chunk of context.req) chunks.push(chunk)
    context.body = await answer(JSON.parse(Buffer.concat(chunks).toString()).who)
  })
  return served(app.callback())
}

async function honoApp(): Promise<string> {
  const inner = new Hono()
  inner.use(requestCache())
  inner.post('/', async (context) => context.json(await answer((await context.req.json()).who)))
  const app = new Hono()
  app.use(requestCache())
  app.use((_context, next) => {
    cacheInRequest('early', 'yes')
    return next()
  })
  app.route('/', inner)
  return served(getRequestListener(app.fetch))
}

/** A controller of Nest, over Express or Fastify. */
const nestApp = (adapter: () => AbstractHttpAdapter) => async (): Promise<string> => {
  class Controls {
    answer(body: { who: string }) {
      return answer(body.who)
    }
  }
  Controller()(Controls)
  const method = Object.getOwnPropertyDescriptor(Controls.prototype, 'answer') as PropertyDescriptor
  Post()(Controls.prototype, 'answer', method)
  Body()(Controls.prototype, 'answer', 0)
  class Root {}
  Module({ controllers: [Controls] })(Root)
  const app = await NestFactory.create(Root, adapter(), { logger: false })
  app.use(requestCache())
  app.use((_request: unknown, _response: unknown, next: () => void) => {
    cacheInRequest('early', 'yes')
    next()
  })
  onTestFinished(() => app.close())
  await app.listen(0, '127.0.0.1')
  return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`
}

/** Node's own server, with a body that is read by listening. */
function nodeApp(): Promise<string> {
  const middleware = requestCache()
  return served((request, response) => {
    middleware(request, response, () => {
      cacheInRequest('early', 'yes')
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', async () => {
        response.end(JSON.stringify(await answer(JSON.parse(Buffer.concat(chunks).toString()).who)))
      })
    })
  })
}

describe('the middleware', () => {
  it.each([
    ['express', expressApp],
    ['fastify, as a plugin', fastifyApp((app) => void app.register(requestCache()))],
    ['fastify, as a hook', fastifyApp((app) => void app.addHook('onRequest', requestCache()))],
    ['koa', koaApp],
    ['hono', honoApp],
    ['nest on express', nestApp(() => new ExpressAdapter())],
    ['nest on fastify', nestApp(() => new FastifyAdapter())],
    ['node:http', nodeApp],
  ])('gives each request a cache of its own: %s', async (_, start) => {
    const url = await start()
    const ask = async (who: string): Promise<unknown> => {
      // sent in two parts, the second one late: the body then arrives as an event of the connection
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(Buffer.from('{"who":'))
          await sleep(3)
          controller.enqueue(Buffer.from(JSON.stringify(who) + '}'))
          controller.close()
        },
      })
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(url, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
      return response.json()
    }
    const names = Array.from({ length: 40 }, (_, index) => String(index))
    const answers = await Promise.all(names.map(ask))
    expect(answers).toEqual(names.map((who) => ({ before: null, after: who, early: 'yes' })))
    expect(getRequestCache('who')).toBeUndefined()
  })

  it('passes on what goes wrong behind it', async () => {
    const error = new Error('x')
    const fail = () => Promise.reject(error)
    await expect(requestCache()({}, fail)).rejects.toBe(error)
    await expect(requestCache()({}, async () => 5)).resolves.toBe(5)
  })

  it('still has the request when the response ends', async () => {
    const [request, response] = [new EventEmitter(), new EventEmitter()]
    const seen: unknown[] = []
    requestCache()(request, response, () => {
      cacheInRequest('who', 'me')
      response.on('close', () => seen.push(getRequestCache('who')))
    })
    response.emit('close')
    expect(seen).toEqual(['me'])
  })

  it('finds the cache of its request again where the context was lost', async () => {
    const request = new EventEmitter()
    const middleware = requestCache()
    middleware(request, {}, () => cacheInRequest('who', 'me'))
    expect(getRequestCache('who')).toBeUndefined()
    let found: unknown
    requestCache()(request, {}, () => {
      found = getRequestCache('who')
    })
    expect(found).toBe('me')
  })
})
