import { badInput, CacheError, CacheService } from '@holdfast/cache-core'
import type { CacheChoice } from './types.js'

/** One call of `bindCache`. */
interface Binding {
  readonly service: CacheService
}

// On globalThis, since an application may load the ESM and the CJS build of this package and binds only once.
const BOUND = Symbol.for('holdfast.boundCache')
const shared = globalThis as { [BOUND]?: Binding[] }
shared[BOUND] ??= []
const bindings = shared[BOUND]

/**
 * Makes `service` the cache of every decorated function that is given no nearer one, in this process, also of those
 * decorated before. The last binding counts.
 *
 * Returns a function that undoes this binding, so that the last one of the others counts. Anything but a `CacheService`
 * is `E_CONFIG`.
 */
export function bindCache(service: CacheService): () => void {
  if (!isService(service)) {
    throw badInput('bindCache: the argument is not a CacheService', 'Write bindCache(createCache({ backend }))')
  }
  const binding: Binding = { service }
  bindings.push(binding)
  return () => {
    const at = bindings.indexOf(binding)
    if (at >= 0) bindings.splice(at, 1)
  }
}

const boundService = (): CacheService | undefined => bindings.at(-1)?.service

/** The one cache to read from and to fill. */
export function cacheFor(op: string, choice: CacheChoice | undefined, self: unknown, ownFirst: boolean): CacheService {
  const found =
    choice === undefined ? ((ownFirst ? ownCache(self) : undefined) ?? boundService()) : chosen(op, choice, self)
  return found ?? unbound(op)
}

/** Every cache in which a decorated neighbour may have kept something: the instance's own and the bound one. */
export function cachesFor(op: string, choice: CacheChoice | undefined, self: unknown): readonly CacheService[] {
  if (choice !== undefined) return [chosen(op, choice, self)]
  const found = new Set([ownCache(self), boundService()].filter((service) => service !== undefined))
  return found.size === 0 ? unbound(op) : [...found]
}

export function checkChoice(op: string, choice: unknown): void {
  if (choice === undefined || typeof choice === 'function' || isService(choice)) return
  throw badInput(`${op}: cache is not a CacheService`, 'Give one, or a function that returns one', { op })
}

const isService = (candidate: unknown): candidate is CacheService => candidate instanceof CacheService

function ownCache(self: unknown): CacheService | undefined {
  if (self === null || (typeof self !== 'object' && typeof self !== 'function')) return undefined
  const { cache } = self as { cache?: unknown }
  return isService(cache) ? cache : undefined
}

function chosen(op: string, choice: CacheChoice, self: unknown): CacheService {
  if (typeof choice !== 'function') return choice
  const service = choice.call(self, self)
  if (!isService(service)) throw badInput(`${op}: cache() did not return a CacheService`, 'Return one', { op })
  return service
}

function unbound(op: string): never {
  throw new CacheError(
    'E_CONFIG',
    `${op}: no cache is bound. Call bindCache(createCache({ backend })) when the application starts, or give the option cache.`,
    { op },
  )
}
