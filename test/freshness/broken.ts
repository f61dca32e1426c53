import { setTimeout as sleep } from 'node:timers/promises'
import type { AcquireRequest, CacheBackend, Lease, Reading } from '@holdfast/cache-core'
import { Flights } from '../../packages/cache-core/src/layers/flights.js'

/** A backend with some verbs replaced. */
export const replace = (backend: CacheBackend, verbs: Partial<CacheBackend>): CacheBackend =>
  new Proxy(backend, {
    get(target, name) {
      if (name in verbs) return verbs[name as keyof CacheBackend]
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })

/** Answers come late: what was decided long ago is told now. */
export const lateAnswers = (backend: CacheBackend, verbs: readonly (keyof CacheBackend)[], ms: number): CacheBackend =>
  replace(
    backend,
    Object.fromEntries(
      verbs.map((verb) => [
        verb,
        async (...args: unknown[]) => {
          const answer = await (backend[verb] as (...args: unknown[]) => unknown).apply(backend, args)
          await sleep(Math.random() * ms)
          return answer
        },
      ]),
    ) as Partial<CacheBackend>,
  )

/** Two reads of a key share one command until its answer, however old that is. */
export const sharedReads = (backend: CacheBackend): CacheBackend => {
  const pending = new Map<string, Promise<Reading>>()
  return replace(backend, {
    read: (key, hint) => {
      const shared = pending.get(key)
      if (shared !== undefined) return shared
      const reading = Promise.resolve(backend.read(key, hint)).finally(() => pending.delete(key))
      pending.set(key, reading)
      return reading
    },
  })
}

/** While this runs, callers may join a load until it ends, not only until its fill is sent. */
export async function withUnsealedFlights<T>(work: () => Promise<T>): Promise<T> {
  const open = Flights.prototype.open
  Flights.prototype.open = function (key, tags, lead) {
    return open.call(this, key, tags, (flight) => lead({ ...flight, seal: () => undefined })) as never
  }
  try {
    return await work()
  } finally {
    Flights.prototype.open = open
  }
}

/** Shortcuts that other libraries take. The checker has to see through each. */
export const BROKEN: Readonly<Record<string, (backend: CacheBackend) => CacheBackend>> = {
  'stores whatever was loaded': (backend) =>
    replace(backend, {
      fill: async (lease, draft) => {
        const result = await backend.fill(lease, draft)
        if (result !== 'stored' && draft !== undefined) await backend.write(lease.key, draft)
        return 'stored' as const
      },
    }),
  'captures versions after the load': (backend) => {
    const requests = new WeakMap<Lease, AcquireRequest>()
    return replace(backend, {
      acquire: (key, request) => {
        const lease: Lease = { key }
        requests.set(lease, request)
        return { status: 'own', lease }
      },
      renew: () => true,
      release: () => undefined,
      fill: async (lease, draft) => {
        const { version } = await backend.read(lease.key, [])
        const acquired = await backend.acquire(lease.key, { ...(requests.get(lease) as AcquireRequest), version })
        return acquired.status === 'own' ? backend.fill(acquired.lease, draft) : 'lost'
      },
    })
  },
  'lets joiners share whatever the leader got': (backend) =>
    replace(backend, {
      fill: async (lease, draft) => {
        await backend.fill(lease, draft)
        return 'stored' as const
      },
    }),
  'shares reads until their answer': (backend) => sharedReads(lateAnswers(backend, ['read'], 40)),
}
