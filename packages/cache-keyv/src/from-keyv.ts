import { badInput, CacheError, type Clock, checkClock, type KeyValueStore } from '@holdfast/cache-core'

/** What is used of a storage adapter of Keyv 5, such as `new KeyvPostgres(uri)`. */
export interface KeyvAdapter {
  readonly namespace?: string | undefined
  get(key: string): Promise<unknown>
  set(key: string, value: string, ttlMs?: number): unknown
  delete(key: string): Promise<boolean>
  clear(): Promise<void>
  iterator?(namespace?: string): AsyncIterable<unknown>
  disconnect?(): Promise<void>
  // biome-ignore lint/suspicious/noExplicitAny: as an event emitter has it
  on?(event: 'error', listener: (error: any) => void): unknown
}

export interface FromKeyvOptions {
  /** For events and errors. @default 'keyv' */
  readonly name?: string
  readonly clock?: Clock
}

/**
 * A storage adapter of Keyv as a store of bytes: `fenced(encoded(fromKeyv(new KeyvPostgres(uri))))` is a backend. Give
 * the adapter itself, not a `Keyv`, which hides failures. Fences and leases hold within one process. Patterns and
 * `clear` need an adapter that can list its keys (`iterator`: SQL, MongoDB and Redis can, Memcached cannot), else they
 * reject with `E_UNSUPPORTED`; tags do not.
 */
export function fromKeyv(adapter: KeyvAdapter, options: FromKeyvOptions = {}): KeyValueStore<Uint8Array> {
  for (const verb of ['get', 'set', 'delete', 'clear'] as const) {
    if (typeof adapter?.[verb] !== 'function')
      throw badInput(
        `fromKeyv: the adapter has no ${verb}`,
        'Give a storage adapter of Keyv, such as new KeyvPostgres(uri)',
      )
  }
  const { name = 'keyv' } = options
  const clock = checkClock(options.clock, 'fromKeyv')
  // Failures come as rejections; one that also comes as an event must not end the process.
  adapter.on?.('error', () => undefined)

  async function* keys(prefix: string): AsyncGenerator<string> {
    if (adapter.iterator === undefined) {
      throw new CacheError(
        'E_UNSUPPORTED',
        `${name} cannot list its keys, so it can remove neither patterns nor everything. Use tags.`,
      )
    }
    for await (const item of adapter.iterator(adapter.namespace)) {
      const key: unknown = Array.isArray(item) ? item[0] : undefined
      if (typeof key === 'string' && key.startsWith(prefix)) yield key
    }
  }

  return {
    name,
    async get(key) {
      return read(await adapter.get(key), clock.now())
    },
    async set(key, payload, { ttlMs }) {
      await adapter.set(key, written(payload, ttlMs === undefined ? undefined : clock.now() + ttlMs), ttlMs)
    },
    // What has expired may still lie there: some adapters leave that to Keyv.
    async delete(key) {
      const there = read(await adapter.get(key), clock.now()) !== undefined
      await adapter.delete(key)
      return there
    },
    async clear(prefix) {
      if (prefix === '') return adapter.clear()
      for await (const key of keys(prefix)) await adapter.delete(key)
    },
    ...(adapter.iterator !== undefined && { keys }),
    async close() {
      await adapter.disconnect?.()
    },
  }
}

/** Adapters keep strings; several ignore lifetimes, so each value has its own: epoch ms in front, or nothing. */
const written = (payload: Uint8Array, until: number | undefined): string =>
  `${until ?? ''}:${Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64')}`

function read(stored: unknown, now: number): Uint8Array | undefined {
  const [, until, text] = typeof stored === 'string' ? (/^(\d*):([A-Za-z0-9+/]*={0,2})$/.exec(stored) ?? []) : []
  if (until === undefined || text === undefined) return undefined
  return until !== '' && Number(until) <= now ? undefined : Buffer.from(text, 'base64')
}
