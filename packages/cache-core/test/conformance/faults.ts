import type { CacheBackend, Draft, Lease, Reading } from '@holdfast/cache-core'

type Spoil = (backend: CacheBackend) => Partial<CacheBackend>

const now = <T>(value: T | Promise<T>): T => value as T

/** Ways to break a promise, each as somebody might have written it. Applied to a synchronous backend. */
export const FAULTS: Readonly<Record<string, Spoil>> = {
  'an entry never expires': (backend) => ({
    write: (key, draft) => backend.write(key, { ...draft, keepUntil: Number.POSITIVE_INFINITY }),
  }),
  'grace is ignored': (backend) => ({
    write: (key, draft) => backend.write(key, { ...draft, keepUntil: draft.freshUntil }),
  }),
  'undefined is taken for absent': (backend) => ({
    read: (key, hint) => {
      const reading = now(backend.read(key, hint))
      return reading.present && reading.value === undefined ? { present: false, version: reading.version } : reading
    },
  }),
  'falsy values are taken for absent': (backend) => ({
    read: (key, hint) => {
      const reading = now(backend.read(key, hint))
      return reading.present && !reading.value ? { present: false, version: reading.version } : reading
    },
  }),
  'values pass through JSON': (backend) => ({
    write: (key, draft) => backend.write(key, { ...draft, value: JSON.parse(JSON.stringify(draft.value ?? null)) }),
  }),
  'batch reads drop their holes': (backend) => ({
    readMany: (keys, hint) => now(backend.readMany(keys, hint)).filter((reading: Reading) => reading.present),
  }),
  'batch writes ignore their tags': (backend) => ({
    writeMany: (drafts) => backend.writeMany(new Map([...drafts].map(([key, draft]) => [key, { ...draft, tags: [] }]))),
  }),
  'remove counts what was asked': (backend) => ({
    remove: (keys) => {
      backend.remove(keys)
      return keys.length
    },
  }),
  'remove leaves the lease': (backend) => ({
    remove: (keys) => keys.filter((key) => backend.touch(key, 0, 0)).length,
  }),
  'patterns are prefixes': (backend) => ({
    removePattern: (glob, options) => backend.removePattern(`${glob.replace(/[\\*?[\]]/g, '')}*`, options),
  }),
  'escapes in patterns are dropped': (backend) => ({
    removePattern: (glob, options) => backend.removePattern(glob.replaceAll('\\', ''), options),
  }),
  'a pattern reports no progress': (backend) => ({
    removePattern: (glob, options) =>
      backend.removePattern(glob, { ...(options.signal && { signal: options.signal }) }),
  }),
  'only the first tag counts': (backend) => ({
    invalidateTags: (tags) => backend.invalidateTags(tags.slice(0, 1)),
    write: (key, draft) => backend.write(key, { ...draft, tags: draft.tags.slice(0, 1) }),
  }),
  'tags ignore case': (backend) => ({
    write: (key, draft) => backend.write(key, { ...draft, tags: draft.tags.map((tag) => tag.toLowerCase()) }),
    invalidateTags: (tags) => backend.invalidateTags(tags.map((tag) => tag.toLowerCase())),
  }),
  'clear of a prefix clears all': (backend) => ({ clear: () => backend.clear('') }),
  'clear of a prefix is a pattern': (backend) => ({
    clear: (prefix) => void backend.removePattern(`${prefix}*`, {}),
  }),
  'everybody owns': (backend) => ({
    acquire: (key, request) => {
      const acquired = now(backend.acquire(key, request))
      return acquired.status === 'wait' ? { status: 'own', lease: { key } } : acquired
    },
  }),
  'fill stores whatever happened meanwhile': (backend) => ({
    fill: (lease: Lease, draft: Draft | undefined) => {
      const result = now(backend.fill(lease, draft))
      if (result === 'stored' || draft === undefined) return result
      backend.write(lease.key, draft)
      return 'stored'
    },
  }),
  'fill ignores tags': (backend) => ({
    acquire: (key, request) => backend.acquire(key, { ...request, tags: [] }),
    fill: (lease, draft) => {
      const result = now(backend.fill(lease, draft && { ...draft, tags: [] }))
      if (result === 'stored' && draft !== undefined) backend.write(lease.key, draft)
      return result
    },
  }),
  'acquire never says changed': (backend) => ({
    acquire: (key, request) => backend.acquire(key, { ...request, version: now(backend.read(key, [])).version }),
  }),
  'leases do not lapse': (backend) => ({
    acquire: (key, request) => backend.acquire(key, { ...request, leaseMs: 1e9 }),
  }),
  'renew only says so': () => ({ renew: () => true }),
  'release does nothing': () => ({ release: () => undefined }),
  'nobody is awakened': () => ({ awaken: () => () => undefined }),
  'touch invents entries': (backend) => ({
    touch: (key, freshUntil, keepUntil) => {
      backend.touch(key, freshUntil, keepUntil)
      return true
    },
  }),
  'a closed backend goes on': () => ({ close: () => undefined }),
}

export const spoiled = (backend: CacheBackend, spoil: Spoil): CacheBackend => {
  const changes: Record<PropertyKey, unknown> = { ...spoil(backend) }
  return new Proxy(backend, {
    get(target, name) {
      if (name in changes) return changes[name]
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
