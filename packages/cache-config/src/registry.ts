import { badInput, CacheError, type CacheHealth, type CacheService } from '@holdfast/cache-core'

export interface RegistryHealth {
  /** `up` when every cache is, `down` when every cache is, else `degraded`. */
  readonly status: 'up' | 'degraded' | 'down'
  readonly caches: Readonly<Record<string, CacheHealth>>
}

/** The named caches of one configuration, and their common end. */
export interface CacheRegistry {
  /** As configured, in that order. */
  readonly names: readonly string[]
  readonly defaultName: string
  /** The cache of that name, or the default one. `E_CONFIG` when none has it, `E_CLOSED` after `close`. */
  get(name?: string): CacheService
  /** Never rejects. */
  health(): Promise<RegistryHealth>
  /** Closes every cache, also when one of them fails; then rejects with `E_UNAVAILABLE`. Idempotent. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export class NamedCaches implements CacheRegistry {
  readonly names: readonly string[]
  readonly defaultName: string
  readonly #caches: ReadonlyMap<string, CacheService>
  #closing: Promise<void> | undefined

  constructor(caches: ReadonlyMap<string, CacheService>, defaultName: string) {
    this.#caches = caches
    this.names = Object.freeze([...caches.keys()])
    this.defaultName = defaultName
  }

  get(name: string = this.defaultName): CacheService {
    if (this.#closing !== undefined)
      throw new CacheError('E_CLOSED', 'The caches are closed. Create them again.', { op: 'get' })
    const cache = this.#caches.get(name)
    if (cache === undefined)
      throw badInput(`There is no cache named ${JSON.stringify(name)}`, `Known are ${this.names.join(', ')}`)
    return cache
  }

  async health(): Promise<RegistryHealth> {
    const reports = await Promise.all(
      [...this.#caches].map(async ([name, cache]) => [name, await cache.health()] as const),
    )
    const all = (status: string): boolean => reports.every(([, report]) => report.status === status)
    return { status: all('up') ? 'up' : all('down') ? 'down' : 'degraded', caches: Object.fromEntries(reports) }
  }

  close(): Promise<void> {
    this.#closing ??= closeAll(this.#caches)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

async function closeAll(caches: ReadonlyMap<string, CacheService>): Promise<void> {
  const names = [...caches.keys()]
  const results = await Promise.allSettled([...caches.values()].map((cache) => cache.close()))
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ name: names[index], reason: result.reason as unknown }] : [],
  )
  if (failed.length === 0) return
  const cause = new AggregateError(failed.map(({ reason }) => reason))
  const message = `Closing failed for ${failed.map(({ name }) => name).join(', ')}; every other cache is closed.`
  throw new CacheError('E_UNAVAILABLE', message, { op: 'close', outcome: 'applied-partially', cause })
}
