import { badInput } from '@holdfast/cache-core'
import { currentStore, newStore, type RequestStore, runWith } from './request-store.js'

/** What a value of a request is kept under. A symbol is nobody else's. */
export type RequestKey = string | symbol

/**
 * Runs `fn` as one request, with an empty request cache, and returns what it returns. Everything that it starts belongs
 * to the request, also after it has returned. Inside another request it is a request of its own: it sees nothing of the
 * outer one, and the outer one goes on untouched afterwards.
 */
export function runInRequest<T>(fn: () => T): T {
  if (typeof fn !== 'function') {
    throw badInput('runInRequest: the argument is not a function', 'Write runInRequest(() => handle(request))')
  }
  return runWith(newStore(), fn)
}

/**
 * Keeps a value until the request ends. It replaces what was there, and beats every load of the key that has not ended.
 * Outside a request: `E_CONFIG`.
 */
export function cacheInRequest(key: RequestKey, value: unknown): void {
  const { values, loads } = storeFor('cacheInRequest')
  checkKey('cacheInRequest', key)
  loads.delete(key)
  values.set(key, value)
}

/** What this request keeps under the key: `undefined` when nothing, and outside a request. */
export function getRequestCache<T = unknown>(key: RequestKey): T | undefined {
  return currentStore()?.values.get(key) as T | undefined
}

/** Forgets everything that this request keeps, and what is being loaded for it. Outside a request it does nothing. */
export function clearRequestCache(): void {
  const store = currentStore()
  store?.values.clear()
  store?.loads.clear()
  for (const reads of store?.reads.values() ?? []) reads.clear()
}

/**
 * What this request keeps under the key, or what `load` gives, which is then kept. Calls at one time share one load. A
 * load that fails rejects every call that shares it, with what it threw, and is not kept; nor is one that ended after
 * `cacheInRequest` or `clearRequestCache`. Outside a request it rejects with `E_CONFIG`.
 */
export async function memoInRequest<T>(key: RequestKey, load: () => T | Promise<T>): Promise<T> {
  const { values, loads } = storeFor('memoInRequest')
  checkKey('memoInRequest', key)
  if (typeof load !== 'function') {
    throw badInput('memoInRequest: load is not a function', 'Write memoInRequest(key, () => value)')
  }
  if (values.has(key)) return values.get(key) as T
  const running = loads.get(key)
  if (running !== undefined) return running as Promise<T>

  // It starts only once it is listed, so that what is kept while it starts overtakes it too.
  const loading: Promise<T> = Promise.resolve().then(load)
  loads.set(key, loading)
  const isCurrent = (): boolean => loads.get(key) === loading
  try {
    const value = await loading
    if (isCurrent()) values.set(key, value)
    return value
  } finally {
    if (isCurrent()) loads.delete(key)
  }
}

function storeFor(op: string): RequestStore {
  const store = currentStore()
  if (store !== undefined) return store
  throw badInput(
    `${op} was called outside a request`,
    'Wrap the handler in runInRequest(() => ...), or use the middleware requestCache() before it',
    { op },
  )
}

function checkKey(op: string, key: unknown): void {
  if (typeof key === 'symbol' || (typeof key === 'string' && key !== '')) return
  throw badInput(`${op}: the key is not a non-empty string or a symbol`, `Write ${op}('current_user', ...)`, { op })
}
