import { createHash } from 'node:crypto'
import type { CacheRegistry } from '@holdfast/cache-config'
import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common'
import { lastValueFrom, type Observable, of } from 'rxjs'
import type { HttpCacheOptions } from './http-cache.js'
import { type Headers, hasAlready, mayAsk, mayKeep } from './http-rules.js'
import { CACHES, HTTP_CACHE } from './tokens.js'

/** What express and fastify have in common. */
interface Request {
  readonly method: string
  readonly headers: Headers
  readonly originalUrl?: string
  readonly url: string
}

interface Response {
  readonly statusCode: number
  readonly headersSent?: boolean
  readonly sent?: boolean
  getHeaders(): Headers
  status(code: number): unknown
  /** express and fastify. */
  header(name: string, value: string): unknown
}

/** A response as it is kept. */
interface Kept {
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly etag: string
  readonly at: number
}

const DEFAULT_TTL = 5
/** Set by the handler itself, and sent again with what is kept. */
const REPEATED = ['content-type', 'content-language', 'cache-control', 'last-modified', 'link', 'location']

/** Thrown by a load whose response is for its own requester only. */
class NotForOthers {}

/** Answers GET requests from a cache; see `HttpCache`. */
export class HttpCacheInterceptor implements NestInterceptor {
  readonly #caches: CacheRegistry

  constructor(caches: CacheRegistry) {
    this.#caches = caches
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const options = optionsOf(context)
    if (context.getType() !== 'http' || options === undefined) return next.handle()
    const request = context.switchToHttp().getRequest<Request>()
    const response = context.switchToHttp().getResponse<Response>()
    const vary = (options.vary ?? []).map((name) => name.toLowerCase())
    if (!mayAsk(request.method, request.headers, vary)) return next.handle()
    return of(await this.#answer(request, response, next, { ...options, vary }))
  }

  async #answer(
    request: Request,
    response: Response,
    next: CallHandler,
    { vary = [], ttl = DEFAULT_TTL, tags = [], cache: name }: HttpCacheOptions,
  ): Promise<unknown> {
    const cache = this.#caches.get(name)
    const handle = () => lastValueFrom(next.handle(), { defaultValue: undefined })
    let own: { readonly body: unknown } | undefined
    let kept: Kept
    try {
      kept = await cache.getOrSet<Kept>(
        keyOf(request, vary),
        async ({ setOptions }) => {
          const body = await handle()
          own = { body }
          const keep = mayKeep(response.statusCode, response.getHeaders())
          if (keep === undefined || !isData(body) || response.headersSent || response.sent) throw new NotForOthers()
          if (keep.seconds !== undefined) setOptions({ ttl: keep.seconds })
          return keptOf(body, response.getHeaders())
        },
        { ttl, tags },
      )
    } catch (error) {
      if (!(error instanceof NotForOthers)) throw error
      // Whoever shared the load of somebody else gets a response of his own.
      return own === undefined ? handle() : own.body
    }
    if (own === undefined) for (const [header, value] of Object.entries(kept.headers)) response.header(header, value)
    response.header('etag', kept.etag)
    response.header('age', String(Math.max(0, Math.floor((Date.now() - kept.at) / 1000))))
    if (vary.length > 0) response.header('vary', vary.join(', '))
    if (!hasAlready(request.headers, kept.etag)) return kept.body
    response.status(304)
    return undefined
  }
}

// As decorators of the class would say: Nest makes one for each module that uses it.
Injectable()(HttpCacheInterceptor)
Inject(CACHES)(HttpCacheInterceptor, undefined, 0)

function optionsOf(context: ExecutionContext): HttpCacheOptions | undefined {
  const { getMetadata } = Reflect as unknown as { getMetadata(key: unknown, target: object): unknown }
  const found = getMetadata(HTTP_CACHE, context.getHandler()) ?? getMetadata(HTTP_CACHE, context.getClass())
  return found as HttpCacheOptions | undefined
}

const keyOf = ({ originalUrl, url, headers }: Request, vary: readonly string[]): string =>
  `http:${JSON.stringify([originalUrl ?? url, ...vary.map((name) => [name, headers[name] ?? null])])}`

/** A stream is read once; whatever else a handler returns may be sent again. */
const isData = (body: unknown): boolean =>
  body === null ||
  typeof body !== 'object' ||
  (typeof (body as { pipe?: unknown }).pipe !== 'function' &&
    typeof (body as { getStream?: unknown }).getStream !== 'function')

function keptOf(body: unknown, headers: Headers): Kept {
  const bytes = body instanceof Uint8Array ? body : (JSON.stringify(body) ?? '')
  const own = headers['etag']
  return {
    body,
    headers: Object.fromEntries(
      REPEATED.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
    ),
    etag:
      own === undefined ? `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` : String(own),
    at: Date.now(),
  }
}
