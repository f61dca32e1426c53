import { badInput } from '@holdfast/cache-core'
import { type RequestStore, runWith, storeOf } from './request-store.js'

/** What fastify hands to a plugin. */
interface PluginHost {
  addHook(name: 'onRequest', hook: RequestCacheMiddleware): unknown
}

interface Emitter {
  emit(...args: unknown[]): unknown
}

/** One middleware for every framework, told apart by what it is called with. */
export interface RequestCacheMiddleware {
  /** connect and express: `app.use(requestCache())`. fastify: `addHook('onRequest', requestCache())`. */
  // biome-ignore lint/suspicious/noExplicitAny: each framework says differently what its next may be given
  (request: object, response: object, next: (error?: any) => void): void
  /** koa and hono: `app.use(requestCache())`. */
  <T>(context: object, next: () => Promise<T>): Promise<T>
  /** Never called so: fastify's types take what may return a promise for an asynchronous hook, which has no `done`. */
  (request: object, reply: object): Promise<unknown>
}

/**
 * A middleware that gives every request a request cache of its own.
 *
 * - express, connect: `app.use(requestCache())`, before the routes
 * - fastify: `fastify.register(requestCache())`, or `fastify.addHook('onRequest', requestCache())`
 * - koa, hono: `app.use(requestCache())`
 *
 * Used twice for one request it is the same cache, so that a second one, placed after a middleware that has lost the
 * asynchronous context, finds it again.
 */
export function requestCache(): RequestCacheMiddleware {
  const middleware = (first: object, second: unknown, third?: unknown): unknown => {
    if (typeof third === 'function') {
      const next = third as () => unknown
      return isPluginHost(first) ? plugIn(first, next) : withCallback(first, second, next)
    }
    if (typeof second === 'function') return withPromise(first, second as () => unknown)
    throw badInput(
      'requestCache() was called without next',
      'Write app.use(requestCache()); for fastify, fastify.register(requestCache())',
    )
  }
  // fastify would else keep the hooks of a plugin from the routes beside it
  return Object.assign(middleware, { [Symbol.for('skip-override')]: true }) as unknown as RequestCacheMiddleware
}

function plugIn(host: PluginHost, done: () => unknown): void {
  host.addHook('onRequest', requestCache())
  done()
}

function withCallback(request: object, response: unknown, next: () => unknown): void {
  const store = storeOf(raw(request))
  bindEvents(raw(request), store)
  if (typeof response === 'object' && response !== null) bindEvents(raw(response), store)
  runWith(store, () => {
    next()
  })
}

function withPromise(context: object, next: () => unknown): unknown {
  // Of one request there may be several contexts, in applications mounted in one another.
  const request = 'req' in context && typeof context.req === 'object' ? context.req : undefined
  return runWith(storeOf(raw(request ?? context)), next)
}

/** fastify and hono have an object of their own around the request that they were given. */
function raw(object: object): object {
  return 'raw' in object && typeof object.raw === 'object' && object.raw !== null ? object.raw : object
}

const bound = new WeakSet<object>()

/**
 * The data and the end of a request are events of its connection, which know nothing of the request that they are for:
 * who reads a body by listening would go on outside of it.
 */
function bindEvents(request: object, store: RequestStore): void {
  if (bound.has(request) || !('emit' in request) || typeof request.emit !== 'function') return
  bound.add(request)
  const emitter = request as Emitter
  const emit = emitter.emit
  emitter.emit = (...args) => runWith(store, () => emit.apply(emitter, args))
}

const isPluginHost = (first: object): first is PluginHost => 'addHook' in first && typeof first.addHook === 'function'
