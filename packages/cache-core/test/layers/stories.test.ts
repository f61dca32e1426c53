import { type CacheService, createCache } from '@holdfast/cache-core'
import { chaotic, ManualClock, recordingRecorder, settle } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { afterEach, describe, expect, it } from 'vitest'

/** Each policy told by its events. */
const open: { readonly cache: CacheService; readonly clock: ManualClock }[] = []
const rig = (options: Partial<Parameters<typeof createCache>[0]> = {}) => {
  const clock = options.clock instanceof ManualClock ? options.clock : new ManualClock()
  const recorder = recordingRecorder()
  const cache = createCache({ backend: new MemoryBackend({ clock }), recorder, ...options, clock })
  open.push({ cache, clock })
  return { clock, recorder, cache }
}
afterEach(async () => {
  for (const { cache, clock } of open.splice(0)) {
    const closed = cache.close()
    // Some loaders here never end: a cache that closes waits for them, but not for ever.
    await clock.advance(10_000)
    await closed
  }
})

const after = <T>(clock: ManualClock, ms: number, value: T) =>
  new Promise<T>((resolve) => clock.after(ms, () => resolve(value)))
const fail = () => {
  throw new Error('no')
}

describe('stale while revalidate', () => {
  it('serves at once and loads behind the reader, once', async () => {
    const { clock, recorder, cache } = rig()
    const options = { ttl: 10, staleWhileRevalidate: 60 }
    await cache.getOrSet('k', () => 'old', options)
    await clock.advance(11_000)
    recorder.reset()
    const load = () => after(clock, 100, 'new')
    expect(await Promise.all([cache.getOrSet('k', load, options), cache.getOrSet('k', load, options)])).toEqual([
      'old',
      'old',
    ])
    await clock.advance(100)
    expect(await cache.getOrSet('k', load, options)).toBe('new')
    expect(recorder.lines()).toEqual([
      'hit k stale=true',
      'hit k stale=true',
      'refresh k reason=stale',
      'load k',
      'loaded k loadMs=100',
      'filled k result=stored',
      'hit k stale=false',
    ])
  })

  it('a deletion during the refresh refuses its result', async () => {
    const { clock, cache } = rig()
    const options = { ttl: 10, staleWhileRevalidate: 60 }
    await cache.set('k', 'old', { ttl: 10, grace: 60 })
    await clock.advance(11_000)
    expect(await cache.getOrSet('k', () => after(clock, 100, 'older than the deletion'), options)).toBe('old')
    await settle()
    await cache.delete('k')
    await clock.advance(100)
    expect(await cache.get('k')).toBeUndefined()
  })

  it('a failing refresh leaves the stale value and hurts nobody', async () => {
    const { clock, cache } = rig()
    await cache.set('k', 'old', { ttl: 10, grace: 60 })
    await clock.advance(11_000)
    expect(await cache.getOrSet('k', fail, { staleWhileRevalidate: 60 })).toBe('old')
    await settle()
    expect(await cache.lookup('k')).toMatchObject({ stale: true, value: 'old' })
  })
})

describe('early refresh', () => {
  it('by chance, and only through a lease', async () => {
    const { clock, recorder, cache } = rig({ earlyRefresh: 1 })
    const load = () => after(clock, 1000, 'v')
    const first = cache.getOrSet('k', load, { ttl: 60 })
    await clock.advance(1000)
    await first
    await clock.advance(57_000)
    recorder.reset()
    // 3 s before the end, a load of 1 s: chance e^-3, about 5 %.
    clock.setRandom(0.9)
    await cache.getOrSet('k', load, { ttl: 60 })
    expect(recorder.lines()).toEqual(['hit k stale=false'])
    clock.setRandom(0.96)
    await cache.getOrSet('k', load, { ttl: 60 })
    await clock.advance(1000)
    expect(recorder.lines()).toEqual([
      'hit k stale=false',
      'hit k stale=false',
      'refresh k reason=early',
      'load k',
      'loaded k loadMs=1000',
      'filled k result=stored',
    ])
  })
})

describe('grace', () => {
  it('with a backoff leaves the loader alone for a while, counted from its failure', async () => {
    const { clock, recorder, cache } = rig({ grace: '1h', graceBackoff: 5 })
    await cache.set('k', 'old', { ttl: 10 })
    await clock.advance(20_000)
    recorder.reset()
    expect(await cache.getOrSet('k', fail)).toBe('old')
    await clock.advance(4000)
    expect(await cache.getOrSet('k', fail)).toBe('old')
    await clock.advance(1000)
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    expect(recorder.lines()).toEqual([
      'hit k stale=true',
      'load k',
      'load-failed k error=no',
      'served-stale k reason=failed error=no',
      'hit k stale=true',
      'served-stale k reason=backoff',
      'hit k stale=true',
      'load k',
      'loaded k loadMs=0',
      'filled k result=stored',
    ])
  })

  it('shorter than the ttl shortens nothing', async () => {
    const { clock, cache } = rig()
    await cache.set('k', 'v', { ttl: 100, grace: 1 })
    await clock.advance(99_000)
    expect(await cache.get('k')).toBe('v')
  })
})

describe('time limits', () => {
  it('soft: the stale value after a while, and the late result is kept', async () => {
    const { clock, recorder, cache } = rig({ grace: '1h' })
    await cache.set('k', 'old', { ttl: 10 })
    await clock.advance(20_000)
    recorder.reset()
    const slow = cache.getOrSet('k', () => after(clock, 1000, 'new'), { softTimeout: '200ms' })
    await clock.advance(200)
    expect(await slow).toBe('old')
    await clock.advance(800)
    expect(await cache.get('k')).toBe('new')
    expect(recorder.lines()).toEqual([
      'hit k stale=true',
      'load k',
      'timed-out k limit=soft',
      'served-stale k reason=slow',
      'loaded k loadMs=1000',
      'filled k result=stored',
      'hit k stale=false',
    ])
  })

  it('hard: an error when nothing is there, one load for all, and the late result is kept', async () => {
    const { clock, cache } = rig()
    let loads = 0
    const load = () => after(clock, 1000, ++loads)
    const callers = Array.from({ length: 10 }, () =>
      cache.getOrSet('k', load, { hardTimeout: '200ms' }).catch((error) => error.code),
    )
    await clock.advance(200)
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['E_TIMEOUT']))
    await clock.advance(800)
    expect(await cache.get('k')).toBe(1)
  })
})

describe('conditional refresh', () => {
  it('keeps the stale value for another ttl', async () => {
    const { clock, cache } = rig({ grace: '1h' })
    const value = { version: 1 }
    await cache.set('k', value, { ttl: 10 })
    await clock.advance(20_000)
    expect(await cache.getOrSet<{ version: number }>('k', ({ notModified }) => notModified(), { ttl: 30 })).toBe(value)
    expect(await cache.ttl('k')).toBe(30)
    await expect(cache.getOrSet('absent', ({ notModified }) => notModified())).rejects.toMatchObject({
      code: 'E_CONFIG',
    })
  })
})

describe('expire', () => {
  it('lets the stale value be served while its loader fails; delete does not', async () => {
    const { cache } = rig({ grace: '1h' })
    for (const expire of [() => cache.expire('k'), () => cache.expireTags(['t'])]) {
      await cache.set('k', 'old', { tags: ['t'] })
      await expire()
      expect(await cache.get('k')).toBeUndefined()
      expect(await cache.getOrSet('k', fail, { tags: ['t'] })).toBe('old')
    }
    await cache.delete('k')
    await expect(cache.getOrSet('k', fail)).rejects.toThrow('no')
  })
})

describe('while the store is away', () => {
  it('one load of a key runs at a time; who comes meanwhile shares the next', async () => {
    const clock = new ManualClock()
    const away = chaotic(new MemoryBackend({ clock }), () => 'refused')
    const { cache } = rig({ backend: away, clock })
    let loads = 0
    const load = () => after(clock, 100, ++loads)
    const first = [cache.getOrSet('k', load), cache.getOrSet('k', load)]
    await clock.advance(10)
    const meanwhile = [cache.getOrSet('k', load)]
    await clock.advance(40)
    meanwhile.push(cache.getOrSet('k', load), cache.getOrSet('k', load))
    await settle()
    expect(loads).toBe(1)
    await clock.advance(50)
    expect(await Promise.all(first)).toEqual([1, 1])
    await clock.advance(100)
    expect(await Promise.all(meanwhile)).toEqual([2, 2, 2])
    expect(loads).toBe(2)
  })

  it('nobody waits longer than maxWait for a load that hangs', async () => {
    const clock = new ManualClock()
    const { cache } = rig({
      backend: chaotic(new MemoryBackend({ clock }), () => 'refused'),
      clock,
      protection: { maxWait: 5 },
    })
    cache.getOrSet('k', () => new Promise(() => undefined)).catch(() => undefined)
    await clock.advance(10)
    const second = cache.getOrSet('k', () => 'mine')
    await clock.advance(5_000)
    expect(await second).toBe('mine')
  })
})
