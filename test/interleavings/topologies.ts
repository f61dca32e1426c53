import { type CacheBackend, fenced, type KeyValueStore } from '@holdfast/cache-core'
import { chaotic, type Steps, stepped } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import type { Fault, Process } from './operations.js'
import type { SteppedClock } from './stepped-clock.js'

/** What two caches share, for one run. */
export interface Shared {
  readonly backendOf: (process: Process) => CacheBackend
  /** Where a cache lives: its steps touch this. */
  readonly homeOf: (process: Process) => string
  /** In how many instants an invalidation of several entries takes effect. */
  readonly instants: number
}

/** What goes wrong with the next call of the store. */
export type Trouble = () => Fault['what'] | undefined

export type Topology = (steps: Steps, clock: SteppedClock, trouble: Trouble) => Shared

/** Whether a request has its effect at a turn of its own, or at once and only its answer takes a turn. */
export type Requests = 'late' | 'prompt'

/** A Map, each of whose verbs has its effect at one turn and its answer at another. */
function steppedStore(steps: Steps, clock: SteppedClock, trouble: Trouble, requests: Requests): KeyValueStore {
  const map = new Map<string, { payload: unknown; until: number }>()
  const { now } = clock.of('here')
  const verb = async <T>(name: string, touches: 'reads' | 'changes', effect: () => T): Promise<T> => {
    if (requests === 'late') await steps.turn(name, { [touches]: ['store'] })
    else steps.touch({ [touches]: ['store'] })
    const wrong = trouble()
    const answer = wrong === 'refused' ? undefined : effect()
    await steps.turn(`${name} ${wrong ?? 'answers'}`, { changes: ['here'] })
    if (wrong !== undefined) throw new Error(wrong)
    return answer as T
  }
  const keysWith = (prefix: string): string[] => [...map.keys()].filter((key) => key.startsWith(prefix))
  return {
    name: 'map',
    get: (key) =>
      verb(`store: get ${key}`, 'reads', () => {
        const found = map.get(key)
        return found !== undefined && found.until > now() ? found.payload : undefined
      }),
    set: (key, payload, { ttlMs = Number.POSITIVE_INFINITY }) =>
      verb(`store: set ${key}`, 'changes', () => void map.set(key, { payload, until: now() + ttlMs })),
    delete: (key) => verb(`store: delete ${key}`, 'changes', () => map.delete(key)),
    clear: (prefix) =>
      verb(`store: clear ${prefix}`, 'changes', () => {
        for (const key of keysWith(prefix)) map.delete(key)
      }),
    async *keys(prefix) {
      yield* await verb(`store: keys ${prefix}`, 'reads', () => keysWith(prefix))
    },
  }
}

/** Makes something worse of a backend. */
export type Spoil = (backend: CacheBackend) => CacheBackend
const asItIs: Spoil = (backend) => backend

/** What a cache asks when it is made, to tell its recorder, would only multiply the orders. */
const unasked: Spoil = (backend) =>
  new Proxy(backend, {
    get: (target, name) => {
      if (name === 'health') return () => ({ status: 'up', detail: {} })
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })

/** Everything in one process: every step touches all of it. */
const here = (backend: CacheBackend, instants: number): Shared => ({
  backendOf: () => backend,
  homeOf: () => 'here',
  instants,
})

/** Process memory, whose verbs answer at once. */
export const memory =
  (spoil = asItIs): Topology =>
  (_steps, clock, trouble) =>
    here(spoil(chaotic(new MemoryBackend({ clock: clock.of('here') }), trouble)), 1)

/** A plain store, lifted: it first refuses what is being loaded, then removes what is stored. */
export const lifted =
  (requests: Requests, spoil = asItIs): Topology =>
  (steps, clock, trouble) =>
    here(unasked(spoil(fenced(steppedStore(steps, clock, trouble, requests), { clock: clock.of('here') }))), 2)

/** Two processes, and one store far away from both. */
export const far =
  (requests: Requests, spoil = asItIs): Topology =>
  (steps, clock, trouble) => {
    const store = new MemoryBackend({ clock: clock.of('store') })
    return {
      backendOf: (process) => spoil(chaotic(stepped(store, steps, { process, requests }), trouble)),
      homeOf: (process) => process,
      instants: 1,
    }
  }
