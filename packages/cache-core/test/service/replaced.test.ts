import { type CacheService, createCache, fenced } from '@holdfast/cache-core'
import { ManualClock, recordingRecorder } from '@holdfast/cache-core/testing'
import { describe, expect, it } from 'vitest'
import { mapStore } from '../fenced/map-store.js'

/** A store whose server may be succeeded by one that is behind, as a replica is when its primary dies. */
function rig() {
  const clock = new ManualClock()
  const recorder = recordingRecorder()
  const plain = mapStore(clock)
  const listeners = new Set<() => void>()
  const onReplaced = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const store = Object.assign(fenced(plain, { clock }), { onReplaced })
  const cache = createCache({ backend: store, clock, recorder, jitter: 0 })
  /** What the replica has heard. */
  let behind = new Map(plain.map)
  return {
    clock,
    recorder,
    store,
    cache,
    replicate: () => {
      behind = new Map(plain.map)
    },
    takeOver: () => {
      plain.map.clear()
      for (const [key, entry] of behind) plain.map.set(key, entry)
      for (const listener of listeners) listener()
    },
  }
}

const CHANGES: [string, (cache: CacheService) => Promise<unknown>][] = [
  ['delete', (cache) => cache.delete('user:1')],
  ['deleteMany', (cache) => cache.deleteMany(['user:1', 'user:2'])],
  ['deletePattern', (cache) => cache.deletePattern('user:*')],
  ['clear', (cache) => cache.clear()],
  ['set', (cache) => cache.set('user:1', 'new')],
  ['setMany', (cache) => cache.setMany({ 'user:1': 'new' })],
]

describe.each(CHANGES)('a %s that was confirmed and not replicated', (_, change) => {
  it('is repeated before anything is read from the server that took over', async () => {
    const { clock, recorder, store, cache, replicate, takeOver } = rig()
    await cache.set('user:1', 'old')
    replicate()
    await clock.advance(20_000)
    await change(cache)
    await clock.advance(14_000)
    takeOver()
    expect((await store.read('user:1', [])).present, 'the server that took over has it').toBe(true)
    expect(await cache.get('user:1')).toBeUndefined()
    await clock.advance(0)
    expect((await store.read('user:1', [])).present).toBe(false)
    expect(recorder.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['invalidation-owed', 'invalidation-settled']),
    )
    expect((await cache.health()).backend.detail).not.toHaveProperty('owedInvalidations')
  })
})

it('what is older than any replica lags behind is not repeated', async () => {
  const { clock, cache, replicate, takeOver, recorder } = rig()
  await cache.set('user:1', 'old')
  await cache.delete('user:1')
  await clock.advance(15_001)
  await cache.set('other', 'kept')
  replicate()
  await clock.advance(15_001)
  takeOver()
  expect(await cache.get('other')).toBe('kept')
  expect(recorder.events.map(({ type }) => type)).not.toContain('invalidation-owed')
})

it('more than can be kept in mind is forgotten as a whole', async () => {
  const { cache, replicate, takeOver, store, clock } = rig()
  await cache.set('unrelated', 1)
  replicate()
  await clock.advance(20_000)
  await cache.deleteMany(Array.from({ length: 50_001 }, (_, index) => `k${index}`))
  takeOver()
  expect(await cache.get('unrelated')).toBeUndefined()
  await clock.advance(0)
  expect((await store.read('unrelated', [])).present).toBe(false)
})
