import { CacheError, type CacheOptions, type CacheService, createCache, type LoadContext } from '@holdfast/cache-core'
import { chaotic, ManualClock, recordingRecorder, settle } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'

/** How loads end that do not end well, and how everybody still gets an answer in time. */
function rig(options: Partial<CacheOptions> = {}) {
  const clock = new ManualClock()
  const recorder = recordingRecorder()
  const cache = createCache({ backend: new MemoryBackend({ clock }), clock, recorder, jitter: 0, ...options })
  const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => clock.after(ms, () => resolve(value)))
  return { clock, recorder, cache, after }
}

const hang = <T>(): Promise<T> => new Promise<T>(() => undefined)
const codeOf = (error: unknown): string => (error as CacheError).code

/** A loader that does as its signal says, as `fetch` would. */
const obedient = ({ signal }: LoadContext<string>): Promise<string> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

async function stale(cache: CacheService, clock: ManualClock): Promise<void> {
  await cache.set('k', 'stale', { ttl: 1, grace: 3600 })
  await clock.advance(2_000)
}

describe('a key that is invalidated again and again while many wait for it', () => {
  it('is answered for all of them by one more load after maxWait', async () => {
    const { clock, cache, after } = rig({ protection: { maxWait: 5 } })
    const callers = Array.from({ length: 50 }, () => cache.getOrSet('k', () => after(1_000, 'v')))
    const answered = Promise.all(callers).then(() => clock.now())
    const began = clock.now()
    for (let ms = 0; ms < 8_000; ms += 500) {
      await clock.advance(500)
      await cache.delete('k')
    }
    // maxWait, one load that runs then, and one that all who are left share.
    expect((await answered) - began).toBeLessThanOrEqual(7_500)
    expect(cache.stats().loads).toBeLessThan(12)
  })

  it('rejects after maxWait where the policy says so', async () => {
    const { clock, cache, after } = rig({ protection: { maxWait: 5, onMaxWait: 'error' } })
    const callers = Array.from({ length: 10 }, () => cache.getOrSet('k', () => after(1_000, 'v')).catch(codeOf))
    for (let ms = 0; ms < 8_000; ms += 500) {
      await clock.advance(500)
      await cache.delete('k')
    }
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['v', 'E_LOCK_TIMEOUT']))
  })
})

describe('a loader that never ends', () => {
  it('is told to stop and given up after maxLoad, and another may load', async () => {
    const { clock, recorder, cache } = rig({ protection: { lockTtl: 30, maxLoad: 60 } })
    let signal: AbortSignal | undefined
    const callers = [0, 1].map(() =>
      cache
        .getOrSet('k', (context) => {
          signal = context.signal
          return hang<string>()
        })
        .catch(codeOf),
    )
    await clock.advance(60_000)
    expect(await Promise.all(callers)).toEqual(['E_TIMEOUT', 'E_TIMEOUT'])
    expect(signal?.aborted).toBe(true)
    expect(await cache.getOrSet('k', () => 'next')).toBe('next')
    expect(recorder.lines().filter((line) => line.startsWith('load-failed k'))).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('lets what is stale be served', async () => {
    const { clock, cache } = rig({ protection: { maxLoad: 60 } })
    await stale(cache, clock)
    const answer = cache.getOrSet('k', () => hang<string>())
    await clock.advance(60_000)
    expect(await answer).toBe('stale')
  })

  it('does not keep a cache from closing', async () => {
    const clock = new ManualClock()
    const backend = new MemoryBackend({ clock })
    const cache = createCache({ backend, clock })
    const other = createCache({ backend, clock })
    const answer = cache.getOrSet('k', () => hang<string>()).catch(codeOf)
    await settle()
    const closed = cache.close()
    await clock.advance(10_000)
    await closed
    expect(await answer).toBe('E_CLOSED')
    // The lease was given back: nobody has to wait until it lapses.
    expect(await other.getOrSet('k', () => 'theirs')).toBe('theirs')
  })
})

it('a cache that closes lets running loads end: their callers get the value', async () => {
  const { clock, cache, after } = rig()
  const answer = cache.getOrSet('k', () => after(3_000, 'v'))
  await settle()
  const closed = cache.close()
  await clock.advance(3_000)
  expect(await answer).toBe('v')
  await closed
})

describe('a loader that does as its signal says', () => {
  it('turns no invalidation into a failure: the key is loaded anew', async () => {
    const { clock, recorder, cache } = rig({ protection: { lockTtl: 3 } })
    let runs = 0
    const answer = cache.getOrSet<string>('k', (context) => (runs++ === 0 ? obedient(context) : 'new'))
    await settle()
    await cache.delete('k')
    await clock.advance(1_000)
    expect(await answer).toBe('new')
    expect(recorder.lines()).toContain('lease-lost k')
    expect(await cache.get('k')).toBe('new')
  })

  it('learns a reason with a code', async () => {
    const { clock, cache } = rig({ protection: { lockTtl: 3 } })
    let reason: unknown
    const answer = cache.getOrSet('k', ({ signal }) =>
      signal.aborted
        ? 'v'
        : new Promise<string>((resolve) =>
            signal.addEventListener('abort', () => {
              reason = signal.reason
              resolve('v')
            }),
          ),
    )
    await settle()
    await cache.delete('k')
    await clock.advance(1_000)
    expect(await answer).toBe('v')
    expect(reason).toMatchObject({ code: 'E_ABORTED', key: 'k' })
  })
})

describe('a value that the store does not take because of its size', () => {
  it('is shared by all who waited for it, not loaded by one after the other', async () => {
    const clock = new ManualClock()
    const small = chaotic(new MemoryBackend({ clock }), () => undefined)
    const fill = small.fill.bind(small)
    small.fill = (lease, draft) => {
      if (draft !== undefined) throw new CacheError('E_TOO_LARGE', 'too large')
      return fill(lease, draft)
    }
    const cache = createCache({ backend: small, clock })
    const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => clock.after(ms, () => resolve(value)))
    const callers = Array.from({ length: 10 }, () => cache.getOrSet('k', () => after(100, 'large')))
    await clock.advance(100)
    expect(new Set(await Promise.all(callers))).toEqual(new Set(['large']))
    expect(cache.stats()).toMatchObject({ loads: 1, degraded: 1 })
  })
})

describe('time limits of a caller', () => {
  it('count from his call, however often the key is loaded anew', async () => {
    const { clock, cache, after } = rig()
    const answer = cache.getOrSet('k', () => after(1_000, 'v'))
    const limited = cache.getOrSet('k', () => after(1_000, 'v'), { hardTimeout: 2.5 }).catch(codeOf)
    const answeredAt = limited.then(() => clock.now())
    const began = clock.now()
    for (let ms = 0; ms < 4_000; ms += 500) {
      await clock.advance(500)
      await cache.delete('k')
    }
    await answer
    expect((await answeredAt) - began).toBeLessThanOrEqual(2_500)
  })
})

describe('grace', () => {
  it('stands in for a failure of a cache that the loader asked', async () => {
    const { clock, cache } = rig()
    await stale(cache, clock)
    const inner = () => Promise.reject(new CacheError('E_UNAVAILABLE', 'the other cache is away'))
    expect(await cache.getOrSet('k', inner)).toBe('stale')
  })

  it('leaves a failing loader alone for graceBackoff, also behind the reader', async () => {
    const { clock, cache } = rig({ graceBackoff: 10 })
    await stale(cache, clock)
    let runs = 0
    const fail = (): string => {
      runs++
      throw new Error('no')
    }
    const read = async () => {
      const value = await cache.getOrSet('k', fail, { staleWhileRevalidate: 3600 })
      await settle()
      return value
    }
    expect([await read(), await read(), await read()]).toEqual(['stale', 'stale', 'stale'])
    expect(runs).toBe(1)
    await clock.advance(10_001)
    await read()
    expect(runs).toBe(2)
  })
})

it('a batch serves what is stale at once and loads it behind the reader, in one call', async () => {
  const { clock, cache } = rig()
  const options = { ttl: 10, staleWhileRevalidate: 60 }
  await cache.setMany({ a: 'old', b: 'old' }, { ttl: 10, grace: 60 })
  await clock.advance(11_000)
  const calls: string[][] = []
  const load = (keys: readonly string[]) => {
    calls.push([...keys])
    return new Map(keys.map((key) => [key, 'new']))
  }
  expect(await cache.getOrSetMany(['a', 'b', 'c'], load, options)).toEqual(
    new Map([
      ['a', 'old'],
      ['b', 'old'],
      ['c', 'new'],
    ]),
  )
  await settle()
  expect(calls.sort()).toEqual([['a', 'b'], ['c']])
  expect(await cache.getMany(['a', 'b'])).toEqual(
    new Map([
      ['a', 'new'],
      ['b', 'new'],
    ]),
  )
})
