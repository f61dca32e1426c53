import { type CacheService, createCache, isCacheError } from '@holdfast/cache-core'
import { ManualClock, recordingRecorder, settle } from '@holdfast/cache-core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LOCAL_TOPOLOGIES } from './topologies.js'

const code = (expected: string) => expect.objectContaining({ code: expected })

describe.each(LOCAL_TOPOLOGIES)('CacheService over %s', (_, createBackend) => {
  let clock: ManualClock
  let cache: CacheService
  let recorder: ReturnType<typeof recordingRecorder>

  beforeEach(() => {
    clock = new ManualClock()
    recorder = recordingRecorder()
    cache = createCache({ backend: createBackend(clock), clock, recorder })
  })
  afterEach(async () => {
    await cache.close()
    expect(clock.pending).toBe(0)
  })

  describe('get and set', () => {
    it('keeps a value for its time', async () => {
      await cache.set('session:abc', { user: 1 }, { ttl: 1800 })
      expect(await cache.get('session:abc')).toEqual({ user: 1 })
      expect(await cache.ttl('session:abc')).toBe(1800)
      await clock.advance(1_799_000)
      expect(await cache.has('session:abc')).toBe(true)
      await clock.advance(1000)
      expect(await cache.get('session:abc')).toBeUndefined()
      expect(await cache.has('session:abc')).toBe(false)
      expect(await cache.ttl('session:abc')).toBeUndefined()
    })

    it('tells a stored undefined from a miss', async () => {
      await cache.set('nothing', undefined)
      expect(await cache.get('nothing')).toBeUndefined()
      expect(await cache.lookup('nothing')).toMatchObject({ hit: true, stale: false, value: undefined })
      expect(await cache.lookup('absent')).toMatchObject({ hit: false, stale: false, value: undefined })
    })

    it('shortens lifetimes by the jitter, never lengthens them', async () => {
      clock.setRandom(0.999)
      await cache.set('k', 1, { ttl: 100 })
      expect(await cache.ttl('k')).toBeCloseTo(95, 0)
    })

    it('takes durations as seconds and as text', async () => {
      for (const [ttl, seconds] of [
        [2, 2],
        [0.5, 0.5],
        ['250ms', 0.25],
        ['30s', 30],
        ['5m', 300],
        ['2h', 7200],
        ['1d', 86_400],
        ['1w', 604_800],
        [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      ] as const) {
        await cache.set('k', 1, { ttl })
        expect(await cache.ttl('k')).toBe(seconds)
      }
    })

    it('gives a value a new lifetime', async () => {
      await cache.set('k', 1, { ttl: 10 })
      expect(await cache.touch('k', '1h')).toBe(true)
      expect(await cache.ttl('k')).toBe(3600)
      expect(await cache.touch('absent', '1h')).toBe(false)
    })
  })

  describe('getOrSet', () => {
    it('loads once, then hits', async () => {
      let loads = 0
      const load = () => ++loads
      expect(await cache.getOrSet('k', load)).toBe(1)
      expect(await cache.getOrSet('k', load)).toBe(1)
      expect(recorder.lines().filter((line) => !line.startsWith('started'))).toEqual([
        'miss k',
        'load k',
        'loaded k loadMs=0',
        'filled k result=stored',
        'hit k stale=false',
      ])
    })

    it('runs one loader for callers who come while it runs', async () => {
      let loads = 0
      const load = () => new Promise<number>((resolve) => clock.after(100, () => resolve(++loads)))
      const early = Array.from({ length: 50 }, () => cache.getOrSet('k', load))
      await clock.advance(50)
      const late = Array.from({ length: 50 }, () => cache.getOrSet('k', load))
      await clock.advance(50)
      expect(new Set(await Promise.all([...early, ...late]))).toEqual(new Set([1]))
      expect(cache.stats()).toMatchObject({ loads: 1, joined: 99 })
    })

    it('shares one failure, as it was thrown, and lets the next caller try', async () => {
      let loads = 0
      const failure = new TypeError('the database is away')
      const load = async () => {
        await settle()
        if (++loads === 1) throw failure
        return 'fine'
      }
      const callers = await Promise.allSettled(Array.from({ length: 10 }, () => cache.getOrSet('k', load)))
      expect(callers.every((caller) => caller.status === 'rejected' && caller.reason === failure)).toBe(true)
      expect(loads).toBe(1)
      expect(await cache.getOrSet('k', load)).toBe('fine')
    })

    it('never runs two loaders at once when arrivals are staggered and the loader fails', async () => {
      let running = 0
      let most = 0
      const load = async () => {
        most = Math.max(most, ++running)
        await new Promise<void>((resolve) => clock.after(5, resolve))
        running--
        throw new Error('no')
      }
      const callers: Promise<unknown>[] = []
      for (let caller = 0; caller < 20; caller++) {
        callers.push(cache.getOrSet('k', load).catch(() => undefined))
        await clock.advance(2)
      }
      await clock.advance(100)
      await Promise.all(callers)
      expect(most).toBe(1)
    })

    it('lets one caller give up and leaves the others alone', async () => {
      const controller = new AbortController()
      const load = () => new Promise<string>((resolve) => clock.after(100, () => resolve('v')))
      const impatient = cache.getOrSet('k', load, { signal: controller.signal })
      const patient = cache.getOrSet('k', load)
      await settle()
      controller.abort(new Error('gone'))
      await expect(impatient).rejects.toEqual(code('E_ABORTED'))
      await clock.advance(100)
      expect(await patient).toBe('v')
      expect(cache.stats().loads).toBe(1)
    })

    it('keeps null and undefined, for negativeTtl when given', async () => {
      let loads = 0
      for (const empty of [null, undefined]) {
        const load = () => (loads++, empty)
        expect(await cache.getOrSet(`k:${empty}`, load, { ttl: '1h', negativeTtl: 5 })).toBe(empty)
        expect(await cache.getOrSet(`k:${empty}`, load)).toBe(empty)
        expect(await cache.ttl(`k:${empty}`)).toBe(5)
      }
      expect(loads).toBe(2)
    })

    it('lets the loader decide lifetime and tags, or keep nothing', async () => {
      const own = { ttl: 60, tags: ['before'] }
      await cache.getOrSet('k', ({ setOptions }) => (setOptions({ ttl: 7, tags: ['found'] }), 1), own)
      expect(await cache.ttl('k')).toBe(7)
      expect(own).toEqual({ ttl: 60, tags: ['before'] })
      await cache.invalidateTags(['before'])
      expect(await cache.has('k')).toBe(true)
      await cache.invalidateTags(['found'])
      expect(await cache.has('k')).toBe(false)
      expect(await cache.getOrSet('k', ({ skip }) => (skip(), 2))).toBe(2)
      expect(await cache.has('k')).toBe(false)
    })

    it('serves what is stale while its loader fails, within grace', async () => {
      await cache.set('k', 'old', { ttl: 10, grace: 100 })
      await clock.advance(20_000)
      expect(await cache.get('k')).toBeUndefined()
      expect(await cache.lookup('k')).toMatchObject({ hit: false, stale: true, value: 'old' })
      const fail = () => {
        throw new Error('no')
      }
      expect(await cache.getOrSet('k', fail)).toBe('old')
      expect(await cache.getOrSet('k', ({ stale }) => `${stale} and new`)).toBe('old and new')
      await cache.delete('k')
      await expect(cache.getOrSet('k', fail)).rejects.toThrow('no')
    })
  })

  describe('what was invalidated never comes back', () => {
    const verbs: [string, (cache: CacheService) => Promise<unknown>][] = [
      ['delete', (it) => it.delete('k')],
      ['deleteMany', (it) => it.deleteMany(['k'])],
      ['deletePattern', (it) => it.deletePattern('k*')],
      ['invalidateTags', (it) => it.invalidateTags(['t'])],
      ['clear', (it) => it.clear()],
    ]
    it.each(verbs)(
      '%s during a load: the result is not kept and later callers do not get it',
      async (_verb, invalidate) => {
        let version = 'old'
        const load = async () => {
          const seen = version
          await new Promise<void>((resolve) => clock.after(100, resolve))
          return seen
        }
        const before = cache.getOrSet('k', load, { tags: ['t'] })
        await clock.advance(50)
        version = 'new'
        await invalidate(cache)
        const after = cache.getOrSet('k', load, { tags: ['t'] })
        await clock.advance(500)
        expect(await before).toBe('old')
        expect(await after).toBe('new')
        expect(await cache.get('k')).toBe('new')
        expect(cache.stats().refused).toBe(1)
      },
    )

    it('a set during a load wins', async () => {
      const load = () => new Promise<string>((resolve) => clock.after(100, () => resolve('loaded')))
      const loading = cache.getOrSet('k', load)
      await clock.advance(50)
      await cache.set('k', 'set')
      expect(await cache.getOrSet('k', load)).toBe('set')
      await clock.advance(100)
      expect(await loading).toBe('loaded')
      expect(await cache.get('k')).toBe('set')
    })

    it('tags that only the loader knows are fenced too', async () => {
      const load = async ({ setOptions }: { setOptions: (options: { tags: string[] }) => void }) => {
        await new Promise<void>((resolve) => clock.after(100, resolve))
        setOptions({ tags: ['late'] })
        return 'old'
      }
      const loading = cache.getOrSet('k', load)
      await clock.advance(50)
      await cache.invalidateTags(['late'])
      await clock.advance(50)
      expect(await loading).toBe('old')
      expect(await cache.has('k')).toBe(false)
    })
  })

  describe('leases', () => {
    it('renews while the loader runs: a loader slower than its lease is one run', async () => {
      let loads = 0
      const slow = () => new Promise<number>((resolve) => clock.after(200_000, () => resolve(++loads)))
      const callers = [cache.getOrSet('k', slow), cache.getOrSet('k', slow)]
      await clock.advance(200_000)
      expect(await Promise.all(callers)).toEqual([1, 1])
      expect(cache.stats()).toMatchObject({ loads: 1, stored: 1 })
    })
  })

  describe('many', () => {
    it('reads, writes and removes many', async () => {
      await cache.setMany(
        new Map<string, unknown>([
          ['a', 1],
          ['b', 2],
        ]),
        { ttl: 10, tags: ['t'] },
      )
      await cache.setMany({ c: 3 })
      expect(await cache.getMany(['a', 'b', 'c', 'd'])).toEqual(
        new Map([
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ]),
      )
      expect(await cache.deleteMany(['a', 'd', 'a'])).toBe(1)
      await cache.invalidateTags(['t'])
      expect([...(await cache.getMany(['a', 'b', 'c'])).keys()]).toEqual(['c'])
      expect(await cache.getMany([])).toEqual(new Map())
    })

    it('loads what is missing with one call, and keeps it', async () => {
      await cache.set('a', 'A')
      const asked: (readonly string[])[] = []
      const load = async (keys: readonly string[]) => {
        asked.push(keys)
        return new Map(keys.filter((key) => key !== 'nowhere').map((key) => [key, key.toUpperCase()]))
      }
      const first = await cache.getOrSetMany(['a', 'b', 'c', 'nowhere'], load, { tags: ['t'] })
      expect(first).toEqual(
        new Map([
          ['a', 'A'],
          ['b', 'B'],
          ['c', 'C'],
        ]),
      )
      expect(asked).toEqual([['b', 'c', 'nowhere']])
      await cache.getOrSetMany(['a', 'b', 'c'], load)
      expect(asked).toHaveLength(1)
      expect(await cache.has('nowhere')).toBe(false)
    })

    it('shares loads with single callers', async () => {
      const single = cache.getOrSet(
        'a',
        () => new Promise<string>((resolve) => clock.after(10, () => resolve('single'))),
      )
      await settle()
      const asked: string[] = []
      const many = cache.getOrSetMany(
        ['a', 'b'],
        (keys) => (asked.push(...keys), Object.fromEntries(keys.map((key) => [key, 'many']))),
      )
      await settle()
      const joins = cache.getOrSet('b', () => 'never')
      await clock.advance(10)
      expect(await many).toEqual(
        new Map([
          ['a', 'single'],
          ['b', 'many'],
        ]),
      )
      expect([await single, await joins, asked]).toEqual(['single', 'many', ['b']])
    })

    it("rejects with the loader's own error", async () => {
      const failure = new Error('no')
      await expect(cache.getOrSetMany(['a', 'b'], () => Promise.reject(failure))).rejects.toBe(failure)
    })

    it('does not hand a key that a batch loader left out to a single caller', async () => {
      const many = cache.getOrSetMany(
        ['a'],
        () => new Promise<Map<string, string>>((resolve) => clock.after(10, () => resolve(new Map()))),
      )
      await settle()
      const single = cache.getOrSet('a', () => 'loaded')
      await clock.advance(10)
      expect(await many).toEqual(new Map())
      expect(await single).toBe('loaded')
    })
  })

  describe('namespaces', () => {
    it('see their own keys only, and clear nothing else', async () => {
      const users = cache.namespace('users')
      await users.set('1', 'u1')
      await cache.set('1', 'root')
      await cache.namespace('us').set('1', 'us')
      expect(await cache.get('users:1')).toBe('u1')
      expect(await users.get('1')).toBe('u1')
      expect(await users.namespace('x').get('1')).toBeUndefined()
      expect(await users.deletePattern('*')).toBe(1)
      await users.set('2', 'u2')
      await users.clear()
      expect(await users.get('2')).toBeUndefined()
      expect(await cache.get('1')).toBe('root')
      expect(await cache.namespace('us').get('1')).toBe('us')
      await users.close()
      expect(await cache.get('1')).toBe('root')
    })

    it('with globs in their names stay apart', async () => {
      const star = cache.namespace('a*[b]?\\')
      await star.set('1', 1)
      await cache.namespace('axb').set('1', 2)
      expect(await star.deletePattern('*')).toBe(1)
      await star.clear()
      expect(await cache.namespace('axb').get('1')).toBe(2)
    })
  })

  describe('bad input is one clear error, before anything is touched', () => {
    const wrong: [string, (it: CacheService) => Promise<unknown>][] = [
      ['an empty key', (it) => it.get('')],
      ['a key that is a number', (it) => it.get(1 as never)],
      ['a key that is missing', (it) => it.set(undefined as never, 1)],
      ['a key with half a surrogate pair', (it) => it.set('\ud800', 1)],
      ['ttl 0', (it) => it.set('k', 1, { ttl: 0 })],
      ['a negative ttl', (it) => it.set('k', 1, { ttl: -1 })],
      ['ttl NaN', (it) => it.getOrSet('k', () => 1, { ttl: Number.NaN })],
      ['an unknown unit', (it) => it.getOrSet('k', () => 1, { ttl: '5 fortnights' })],
      ['a ttl of another type', (it) => it.set('k', 1, { ttl: {} as never })],
      ['an unknown option', (it) => it.set('k', 1, { tll: 5 } as never)],
      ['tags that are text', (it) => it.set('k', 1, { tags: 'articles' as never })],
      ['an empty tag', (it) => it.set('k', 1, { tags: [''] })],
      ['too many tags', (it) => it.set('k', 1, { tags: Array.from({ length: 65 }, (_tag, index) => `t${index}`) })],
      ['a tag that is too long', (it) => it.set('k', 1, { tags: ['ü'.repeat(128)] })],
      ['no loader', (it) => it.getOrSet('k', undefined as never)],
      ['an empty pattern', (it) => it.deletePattern('')],
      ['keys that are no list', (it) => it.getMany(5 as never)],
      ['a wrong key among many', (it) => it.deleteMany(['k', ''])],
      ['entries that are no map', (it) => it.setMany(null as never)],
      ['entries that are no pairs', (it) => it.setMany(['key'] as never)],
      ['an entry that is nothing', (it) => it.setMany([1] as never)],
      ['a batch loader that returns rows', (it) => it.getOrSetMany(['x'], () => [{ id: 'x' }] as never)],
      ['a batch loader that returns a set', (it) => it.getOrSetMany(['x'], () => new Set(['x']) as never)],
      ['a batch loader that returns nothing', (it) => it.getOrSetMany(['x'], () => undefined as never)],
      ['an empty namespace', async (it) => it.namespace('')],
    ]
    it.each(wrong)('%s', async (_what, call) => {
      await cache.set('k', 'there')
      const error = await call(cache).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toEqual(code('E_CONFIG'))
      expect((error as Error).message).toMatch(/\. \S/)
      expect(await cache.get('k')).toBe('there')
    })
  })

  it('says when it is closed, whatever is called', async () => {
    await cache.close()
    await cache.close()
    const calls: (() => Promise<unknown>)[] = [
      () => cache.get('k'),
      () => cache.set('k', 1),
      () => cache.getOrSet('k', () => 1),
      () => cache.getMany(['k']),
      () => cache.getOrSetMany(['k'], () => ({})),
      () => cache.setMany({ k: 1 }),
      () => cache.delete('k'),
      () => cache.deletePattern('*'),
      () => cache.invalidateTags(['t']),
      () => cache.clear(),
      () => cache.touch('k', 1),
    ]
    for (const call of calls) expect(await call().catch((error: unknown) => isCacheError(error, 'E_CLOSED'))).toBe(true)
    expect(await cache.health()).toMatchObject({ status: 'down' })
  })

  it('is not changed by a recorder that throws', async () => {
    const loud = createCache({
      backend: createBackend(clock),
      clock,
      recorder: {
        record: () => {
          throw new Error('recorder')
        },
      },
    })
    expect(await loud.getOrSet('k', () => 1)).toBe(1)
    expect(await loud.get('k')).toBe(1)
    await loud.close()
  })
})
