import { type CacheOptions, type CacheService, createCache } from '@holdfast/cache-core'
import { ManualClock, recordingRecorder, settle } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { afterEach, describe, expect, it } from 'vitest'

/** Who loads and who waits, told by the events of two caches over one store: two processes. */
const open: { readonly cache: CacheService; readonly clock: ManualClock }[] = []
const rig = (options: Partial<CacheOptions> = {}) => {
  const clock = new ManualClock()
  const backend = new MemoryBackend({ clock })
  const member = () => {
    const recorder = recordingRecorder()
    const cache = createCache({ backend, clock, recorder, jitter: 0, ...options })
    open.push({ cache, clock })
    return { cache, recorder }
  }
  const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => clock.after(ms, () => resolve(value)))
  return { clock, backend, after, one: member(), two: member() }
}
afterEach(async () => {
  for (const { cache, clock } of open.splice(0)) {
    const closed = cache.close()
    // Some loaders here never end: a cache that closes waits for them, but not for ever.
    await clock.advance(10_000)
    await closed
  }
})

describe('single flight', () => {
  it('callers of one process share one load', async () => {
    const { clock, after, one } = rig()
    const callers = [0, 1, 2].map(() => one.cache.getOrSet('k', () => after(100, 'v')))
    await clock.advance(100)
    expect(await Promise.all(callers)).toEqual(['v', 'v', 'v'])
    expect(one.recorder.lines()).toEqual([
      'miss k',
      'load k',
      'miss k',
      'joined k',
      'miss k',
      'joined k',
      'loaded k loadMs=100',
      'filled k result=stored',
    ])
  })

  it('and one failure, after which the next caller tries again', async () => {
    const { one } = rig()
    const failure = new Error('no')
    const callers = [0, 1].map(() => one.cache.getOrSet('k', () => Promise.reject(failure)))
    expect(await Promise.allSettled(callers)).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ])
    expect(await one.cache.getOrSet('k', () => 'v')).toBe('v')
    expect(one.cache.stats()).toMatchObject({ loads: 2, loadFailures: 1 })
  })
})

describe('the lease', () => {
  it('makes the other process wait, and wakes it', async () => {
    const { clock, after, one, two } = rig()
    const first = one.cache.getOrSet('k', () => after(100, 'v'))
    await settle()
    const second = two.cache.getOrSet('k', () => 'unused')
    await clock.advance(100)
    expect(await Promise.all([first, second])).toEqual(['v', 'v'])
    expect(two.recorder.lines()).toEqual(['miss k', 'waiting k leaseMs=30000', 'hit k stale=false'])
  })

  it('is renewed while its loader runs: slower than the lease is still one run', async () => {
    const { clock, after, one, two } = rig({ protection: { lockTtl: 3, maxWait: 60 } })
    const first = one.cache.getOrSet('k', () => after(20_000, 'v'))
    await settle()
    const second = two.cache.getOrSet('k', () => 'unused')
    for (let second = 0; second < 20; second++) await clock.advance(1_000)
    expect(await Promise.all([first, second])).toEqual(['v', 'v'])
    expect(one.recorder.lines()).not.toContain('lease-lost k')
  })

  it('that is lost aborts the loader, whose result is refused', async () => {
    const { clock, after, one, two } = rig({ protection: { lockTtl: 3 } })
    let aborted = false
    const first = one.cache.getOrSet('k', ({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return after(5_000, 'old')
    })
    await settle()
    await two.cache.delete('k')
    await clock.advance(1_000)
    expect(aborted).toBe(true)
    await clock.advance(4_000)
    expect(await first).toBe('old')
    expect(one.recorder.lines()).toEqual([
      'miss k',
      'load k',
      'lease-lost k',
      'loaded k loadMs=5000',
      'filled k result=lost',
    ])
    expect(await two.cache.get('k')).toBeUndefined()
  })

  it('of a process that died lapses, and its successor loads once', async () => {
    const { clock, backend, one, two } = rig({ protection: { lockTtl: 3, maxWait: 60 } })
    // As a process that acquired and was never heard of again.
    backend.acquire('k', { version: undefined, tags: [], leaseMs: 3_000, keepMs: 60_000 })
    const callers = [one, two].map(({ cache }) => cache.getOrSet('k', () => 'mine'))
    await clock.advance(2_000)
    expect([one, two].map(({ cache }) => cache.stats().loads)).toEqual([0, 0])
    await clock.advance(1_100)
    expect(await Promise.all(callers)).toEqual(['mine', 'mine'])
    expect(one.cache.stats().loads + two.cache.stats().loads).toBe(1)
  })
})

describe('maxWait ends the wait', () => {
  const waiting = async (onMaxWait: 'load' | 'stale' | 'error', stale = false) => {
    const parts = rig({ protection: { maxWait: 5, onMaxWait } })
    const { clock, one, two } = parts
    if (stale) {
      await one.cache.set('k', 'stale', { ttl: 1, grace: 600 })
      await clock.advance(2_000)
    }
    one.cache.getOrSet('k', () => new Promise(() => undefined)).catch(() => undefined)
    await settle()
    two.recorder.reset()
    const answer = two.cache.getOrSet('k', () => 'mine').catch((error: { code: string }) => error.code)
    for (let second = 0; second < 6; second++) await clock.advance(1_000)
    const lines = two.recorder.lines().filter((line) => !line.startsWith('waiting'))
    return { answer: await answer, lines, kept: await two.cache.get('k') }
  }

  it('with a load of one’s own that is not kept', async () => {
    expect(await waiting('load')).toEqual({
      answer: 'mine',
      lines: ['miss k', 'wait-ended k policy=load', 'load k', 'loaded k loadMs=0'],
      kept: undefined,
    })
  })

  it('with what is stale', async () => {
    expect(await waiting('stale', true)).toMatchObject({
      answer: 'stale',
      lines: ['hit k stale=true', 'wait-ended k policy=stale', 'hit k stale=true'],
    })
  })

  it('with a load when nothing is stale', async () => {
    expect((await waiting('stale')).answer).toBe('mine')
  })

  it('but a process waits for its own load when nothing is stale', async () => {
    const { clock, after, one } = rig({ protection: { maxWait: 5, onMaxWait: 'stale' } })
    const callers = [0, 1, 2].map(() => one.cache.getOrSet('k', () => after(20_000, 'v')))
    for (let second = 0; second < 20; second++) await clock.advance(1_000)
    expect(await Promise.all(callers)).toEqual(['v', 'v', 'v'])
    // Each of them joined once, and did not ask again and again.
    expect(one.cache.stats()).toMatchObject({ loads: 1, joined: 2 })
  })

  it('with an error', async () => {
    expect(await waiting('error')).toMatchObject({
      answer: 'E_LOCK_TIMEOUT',
      lines: ['miss k', 'wait-ended k policy=error'],
    })
  })
})

describe('what a loader says of its result', () => {
  it('replaces the lifetimes and tags of the call', async () => {
    const { clock, one } = rig()
    await one.cache.getOrSet('k', ({ setOptions }) => (setOptions({ ttl: 5, tags: ['said'] }), 'v'), { ttl: 60 })
    expect((await one.cache.lookup('k')).tags).toEqual(['said'])
    await clock.advance(5_001)
    expect(await one.cache.get('k')).toBeUndefined()
  })

  it('skip: it is not kept', async () => {
    const { one } = rig()
    expect(await one.cache.getOrSet('k', ({ skip }) => (skip(), 'v'))).toBe('v')
    expect(one.recorder.lines()).toEqual(['miss k', 'load k', 'loaded k loadMs=0', 'filled k result=skipped'])
    expect(await one.cache.has('k')).toBe(false)
  })

  it.each([[null], [undefined]])('%s is kept for negativeTtl', async (nothing) => {
    const { clock, one } = rig()
    await one.cache.getOrSet<unknown>('k', () => nothing, { ttl: 60, negativeTtl: 2 })
    expect(await one.cache.lookup('k')).toMatchObject({ hit: true, value: nothing })
    await clock.advance(2_001)
    expect((await one.cache.lookup('k')).hit).toBe(false)
  })
})

describe('a batch', () => {
  it('takes a lease per key and calls the loader once', async () => {
    const { one } = rig()
    await one.cache.set('a', 1)
    one.recorder.reset()
    await one.cache.getOrSetMany(['a', 'b', 'c'], (keys) => new Map(keys.map((key) => [key, 2])))
    expect(one.recorder.lines().sort()).toEqual(
      [
        'hit a stale=false',
        'miss b',
        'miss c',
        'load b',
        'load c',
        'loaded b loadMs=0',
        'loaded c loadMs=0',
        'filled b result=stored',
        'filled c result=stored',
      ].sort(),
    )
  })
})
