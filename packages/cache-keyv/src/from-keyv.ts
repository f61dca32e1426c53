import {
  badInput,
  CacheError,
  type Clock,
  checkClock,
  type Duration,
  type KeyValueStore,
  toMs,
} from '@holdfast/cache-core'

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
  /**
   * A read that takes longer fails: some adapters never answer, for instance when the key is longer than their store
   * allows. What writes is waited for however long it takes, because done too late it would undo what came after.
   * @default '2s'
   */
  readonly readDeadline?: Duration
  readonly clock?: Clock
}

/** Kept for a moment, to see whether an adapter lists what it keeps. */
const PROBE = 'holdfast-probe'

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
  const deadlineMs = toMs(options.readDeadline ?? '2s', 'readDeadline')
  // Failures come as rejections; one that also comes as an event must not end the process.
  adapter.on?.('error', () => undefined)

  const answer = (stored: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const cancel = clock.after(deadlineMs, () =>
        reject(new CacheError('E_TIMEOUT', `${name} did not answer a read within ${deadlineMs} ms.`, { op: 'get' })),
      )
      Promise.resolve(adapter.get(stored)).then(resolve, reject).finally(cancel)
    })

  const listed = async function* (): AsyncGenerator<string> {
    if (adapter.iterator === undefined) {
      throw new CacheError(
        'E_UNSUPPORTED',
        `${name} cannot list its keys, so it can remove neither patterns nor everything. Use tags.`,
      )
    }
    for await (const item of adapter.iterator(adapter.namespace)) {
      const key: unknown = Array.isArray(item) ? item[0] : undefined
      if (typeof key === 'string') yield decoded(key)
    }
  }
  let listsAll: Promise<void> | undefined
  const keys = async function* (prefix: string): AsyncGenerator<string> {
    listsAll ??= probe(adapter, listed, name)
    await listsAll.catch((error: unknown) => {
      listsAll = undefined
      throw error
    })
    // Some adapters page by offset and pass over keys when others are removed meanwhile: they are walked again until
    // they show nothing new.
    const seen = new Set<string>()
    for (let before = -1; seen.size > before; ) {
      before = seen.size
      for await (const key of listed()) {
        if (!key.startsWith(prefix) || seen.has(key)) continue
        seen.add(key)
        yield key
      }
    }
  }

  return {
    name,
    async get(key) {
      return read(key, await answer(nameOf(key)), clock.now())
    },
    async set(key, payload, { ttlMs }) {
      const until = ttlMs === undefined ? undefined : clock.now() + ttlMs
      await adapter.set(nameOf(key), written(key, payload, until), ttlMs)
    },
    // What has expired may still lie there: some adapters leave that to Keyv.
    async delete(key) {
      const name = nameOf(key)
      const there = read(key, await answer(name), clock.now()) !== undefined
      await adapter.delete(name)
      return there
    },
    async clear(prefix) {
      if (prefix === '') return adapter.clear()
      for await (const key of keys(prefix)) await adapter.delete(nameOf(key))
    },
    ...(adapter.iterator !== undefined && { keys }),
    async close() {
      await adapter.disconnect?.()
    },
  }
}

/** With a namespace some adapters list other keys than those that they were given. A removal must not believe them. */
async function probe(adapter: KeyvAdapter, listed: () => AsyncIterable<string>, name: string): Promise<void> {
  await adapter.set(PROBE, written(PROBE, new Uint8Array(), 0), 60_000)
  try {
    for await (const key of listed()) if (key === PROBE) return
  } finally {
    await adapter.delete(PROBE)
  }
  const { namespace } = adapter
  throw new CacheError(
    'E_UNSUPPORTED',
    `${name} does not list what it keeps, so it can remove neither patterns nor everything. ` +
      (namespace === undefined ? 'Use tags.' : `Use tags, or an adapter without the namespace ${namespace}.`),
  )
}

/** Stores trim, cut or refuse keys with blanks, control characters and halves of characters. */
const nameOf = (key: string): string =>
  key.replace(/[\0- %\x7f]|\p{Surrogate}/gu, (char) => `%${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

const decoded = (name: string): string =>
  name.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

/**
 * As Keyv writes values itself: some adapters parse what they return. Several ignore lifetimes, so each value has its
 * own, in epoch ms. Some databases take `a` and `A` for the same key, so each value also knows whose it is.
 */
const written = (key: string, payload: Uint8Array, expires: number | undefined): string =>
  JSON.stringify({
    value: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('base64'),
    expires,
    key,
  })

function read(wanted: string, stored: unknown, now: number): Uint8Array | undefined {
  const { value, expires, key } = fieldsOf(stored)
  if (key !== wanted || typeof value !== 'string' || !BASE64.test(value)) return undefined
  if (expires !== undefined && !(typeof expires === 'number' && now < expires)) return undefined
  return Buffer.from(value, 'base64')
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

interface Fields {
  readonly value?: unknown
  readonly expires?: unknown
  readonly key?: unknown
}

function fieldsOf(stored: unknown): Fields {
  let fields = stored
  if (typeof stored === 'string') {
    try {
      fields = JSON.parse(stored)
    } catch {
      // Somebody else wrote it.
    }
  }
  return typeof fields === 'object' && fields !== null ? fields : {}
}
