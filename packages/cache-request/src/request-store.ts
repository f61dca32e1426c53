import { AsyncLocalStorage } from 'node:async_hooks'

/** What one request keeps. */
export interface RequestStore {
  readonly values: Map<string | symbol, unknown>
  /** Loads that have not ended. What is no longer in here when it ends was overtaken, and is not kept. */
  readonly loads: Map<string | symbol, Promise<unknown>>
  /** What was read of each cache by way of `requestScoped`. */
  readonly reads: Map<object, Map<string, Promise<unknown>>>
}

interface Shared {
  readonly storage: AsyncLocalStorage<RequestStore>
  /** The store of each request that a middleware has seen, so that a second middleware finds it again. */
  readonly ofRequest: WeakMap<object, RequestStore>
}

// On globalThis, since an application may load the ESM and the CJS build of this package, and has one request at a time.
const SHARED = Symbol.for('holdfast.requestStore')
const holder = globalThis as { [SHARED]?: Shared }
holder[SHARED] ??= { storage: new AsyncLocalStorage(), ofRequest: new WeakMap() }
const { storage, ofRequest } = holder[SHARED]

export const currentStore = (): RequestStore | undefined => storage.getStore()

export const runWith = <T>(store: RequestStore, fn: () => T): T => storage.run(store, fn)

export const newStore = (): RequestStore => ({ values: new Map(), loads: new Map(), reads: new Map() })

export function storeOf(request: object): RequestStore {
  const found = ofRequest.get(request) ?? newStore()
  ofRequest.set(request, found)
  return found
}
