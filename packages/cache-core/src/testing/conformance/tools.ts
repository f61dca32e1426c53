import { strict as assert } from 'node:assert'
import type { Acquired, CacheBackend, Lease } from '../../contracts/backend.js'
import type { Draft, Entry, Reading } from '../../contracts/entry.js'

export { assert }

const MINUTE_MS = 60_000

/** A draft that lives for a minute unless said otherwise. The clock is the real one where the backend's is. */
export function draft(
  value: unknown,
  changes: { tags?: readonly string[]; ttlMs?: number; graceMs?: number; now?: number } = {},
): Draft {
  const { tags = [], ttlMs = MINUTE_MS, graceMs = 0, now = Date.now() } = changes
  return { value, tags, createdAt: now, freshUntil: now + ttlMs, keepUntil: now + ttlMs + graceMs, loadMs: 0 }
}

export async function mustRead(backend: CacheBackend, key: string, tagHint: readonly string[] = []): Promise<Entry> {
  const reading = await backend.read(key, tagHint)
  assert.equal(reading.present, true, `expected an entry under ${JSON.stringify(key)}`)
  return reading as Entry
}

export async function mustMiss(backend: CacheBackend, key: string): Promise<Reading> {
  const reading = await backend.read(key, [])
  assert.equal(reading.present, false, `expected nothing under ${JSON.stringify(key)}`)
  return reading
}

export interface AcquireChanges {
  readonly tags?: readonly string[]
  readonly leaseMs?: number
}

export async function acquire(backend: CacheBackend, key: string, changes: AcquireChanges = {}): Promise<Acquired> {
  const { version } = await backend.read(key, [])
  return backend.acquire(key, {
    version,
    tags: changes.tags ?? [],
    leaseMs: changes.leaseMs ?? 10_000,
    keepMs: MINUTE_MS,
  })
}

export async function mustOwn(backend: CacheBackend, key: string, changes: AcquireChanges = {}): Promise<Lease> {
  const acquired = await acquire(backend, key, changes)
  assert.equal(acquired.status, 'own', `expected to own ${JSON.stringify(key)}`)
  return (acquired as Acquired & { status: 'own' }).lease
}

/** Resolves when the backend calls, rejects after a real while. */
export function awakened(backend: CacheBackend, key: string): { promise: Promise<void>; stop: () => void } {
  let stop = (): void => undefined
  const promise = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nobody was awakened for ${JSON.stringify(key)}`)), 3000)
    const unlisten = backend.awaken(key, () => {
      clearTimeout(timer)
      resolve()
    })
    stop = () => {
      clearTimeout(timer)
      unlisten()
    }
  })
  promise.catch(() => undefined)
  return { promise, stop }
}
