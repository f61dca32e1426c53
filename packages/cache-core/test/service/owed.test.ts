import { type CacheService, createCache, fenced } from '@holdfast/cache-core'
import { type ChaosPlan, chaotic, type Fault, ManualClock, recordingRecorder } from '@holdfast/cache-core/testing'
import { describe, expect, it } from 'vitest'
import { mapStore } from '../fenced/map-store.js'

/** Invalidations that the store did not confirm: told to the caller, kept in mind, and done as soon as can be. */
function rig() {
  const clock = new ManualClock()
  const recorder = recordingRecorder()
  let fault: Fault
  let verbs: readonly string[] = []
  const plan: ChaosPlan = (verb) => (verbs.includes(verb) ? fault : undefined)
  const plain = mapStore(clock)
  const store = fenced(plain, { clock })
  const backend = chaotic(store, plan)
  const open = () => createCache({ backend, clock, recorder, jitter: 0 })
  const fail = (what: Fault, ...which: string[]) => {
    fault = what
    verbs = which
  }
  return { clock, recorder, plain, store, cache: open(), other: open(), fail, heal: () => fail(undefined) }
}

const INVALIDATIONS: [string, string, (cache: CacheService) => Promise<unknown>][] = [
  ['delete', 'remove', (cache) => cache.delete('user:1')],
  ['deleteMany', 'remove', (cache) => cache.deleteMany(['other', 'user:1'])],
  ['deletePattern', 'removePattern', (cache) => cache.deletePattern('user:*')],
  ['invalidateTags', 'invalidateTags', (cache) => cache.invalidateTags(['users'])],
  ['clear', 'clear', (cache) => cache.clear()],
  ['clear of a namespace', 'clear', (cache) => cache.namespace('user').clear()],
  ['expire', 'expire', (cache) => cache.expire('user:1')],
  ['expireTags', 'expireTags', (cache) => cache.expireTags(['users'])],
]

describe.each(INVALIDATIONS)('a %s that the store refused', (_, verb, invalidate) => {
  it('rejects, is believed by this process at once, and done by itself when the store is back', async () => {
    const { clock, recorder, store, cache, other, fail, heal } = rig()
    await cache.set('user:1', 'old', { tags: ['users'] })
    await cache.set('untouched', 'there')
    fail('refused', verb)
    await expect(invalidate(cache)).rejects.toMatchObject({ code: 'E_UNAVAILABLE' })
    expect(await cache.get('user:1')).toBeUndefined()
    expect((await cache.getMany(['user:1'])).size).toBe(0)
    // Another cache over the same backend is the same process.
    expect(await other.get('user:1')).toBeUndefined()
    expect((await store.read('user:1', [])).present).toBe(true)
    await clock.advance(3_000)
    heal()
    await clock.advance(7_000)
    expect((await store.read('user:1', [])).present).toBe(false)
    expect(recorder.events.at(-1)).toMatchObject({ type: 'invalidation-settled' })
    await cache.set('user:1', 'new', { tags: ['users'] })
    expect(await cache.get('user:1')).toBe('new')
    expect(clock.pending).toBe(0)
  })
})

it('the others stay readable meanwhile', async () => {
  const { cache, fail } = rig()
  await cache.setMany({ a: 1, b: 2 }, { tags: ['t'] })
  fail('refused', 'remove', 'removePattern')
  await expect(cache.delete('a')).rejects.toThrow()
  await expect(cache.deletePattern('x*')).rejects.toThrow()
  expect(await cache.getMany(['a', 'b'])).toEqual(new Map([['b', 2]]))
})

it('what is being computed when an invalidation fails is not kept', async () => {
  const { clock, store, cache, fail } = rig()
  const load = cache.getOrSet('k', () => new Promise((resolve) => clock.after(100, () => resolve('old'))), {
    tags: ['t'],
  })
  await clock.advance(50)
  fail('refused', 'invalidateTags')
  await expect(cache.invalidateTags(['t'])).rejects.toThrow()
  await clock.advance(50)
  expect(await load).toBe('old')
  expect((await store.read('k', [])).present).toBe(false)
})

it('what is computed afterwards is kept, and settles the debt', async () => {
  const { cache, fail, heal, clock } = rig()
  await cache.set('k', 'old')
  fail('refused', 'remove')
  await expect(cache.delete('k')).rejects.toThrow()
  expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  expect(await cache.get('k')).toBe('new')
  heal()
  await clock.advance(10_000)
  expect(await cache.get('k')).toBe('new')
})

it('a set of which nobody knows whether it happened is taken back', async () => {
  const { clock, store, cache, fail, heal } = rig()
  fail('answer-lost', 'write')
  await expect(cache.set('k', 'maybe')).rejects.toMatchObject({ outcome: 'unknown' })
  expect(await cache.get('k')).toBeUndefined()
  heal()
  await clock.advance(1_000)
  expect((await store.read('k', [])).present).toBe(false)
})

it('calling again settles the debt', async () => {
  const { cache, fail, heal, recorder } = rig()
  await cache.set('k', 'old', { tags: ['t'] })
  fail('refused', 'invalidateTags', 'remove')
  await expect(cache.invalidateTags(['t'])).rejects.toThrow()
  await expect(cache.delete('k')).rejects.toThrow()
  expect((await cache.health()).backend.detail).toMatchObject({ owedInvalidations: 2 })
  heal()
  await cache.invalidateTags(['t'])
  await cache.delete('k')
  expect((await cache.health()).backend.detail).not.toHaveProperty('owedInvalidations')
  expect(recorder.events.filter(({ type }) => type === 'invalidation-owed')).toHaveLength(4)
})

it('a thousand debts are settled in few calls; too many become one for everything', async () => {
  const { clock, store, cache, fail, heal } = rig()
  const keys = Array.from({ length: 10_001 }, (_, index) => `k${index}`)
  await cache.set('unrelated', 1)
  fail('refused', 'remove')
  await expect(cache.deleteMany(keys)).rejects.toThrow()
  expect((await cache.health()).backend.detail).toMatchObject({ owedInvalidations: 1 })
  expect(await cache.get('unrelated')).toBeUndefined()
  heal()
  await clock.advance(1_000)
  expect((await store.read('unrelated', [])).present).toBe(false)
})

it('a cache that closes tries once more', async () => {
  const { plain, cache, other, fail, heal } = rig()
  await cache.set('k', 'old')
  fail('refused', 'remove')
  await expect(cache.delete('k')).rejects.toThrow()
  heal()
  await other.close()
  expect([...plain.map.keys()]).toEqual(['v:k'])
  await cache.close()
  expect(plain.map.size).toBe(0)
})
