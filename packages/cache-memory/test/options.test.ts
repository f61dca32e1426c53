import type { Draft } from '@holdfast/cache-core'
import { ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend, type MemoryOptions } from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'

const draft = (value: unknown, tags: readonly string[] = [], keepUntil = Number.POSITIVE_INFINITY): Draft => ({
  value,
  tags,
  createdAt: 0,
  freshUntil: keepUntil,
  keepUntil,
  loadMs: 0,
})

const weightOf = (backend: MemoryBackend) => (backend.health().detail as { weight: number }).weight
const config = expect.objectContaining({ code: 'E_CONFIG' })

describe('options', () => {
  it.each([
    [{ policy: 'fifo' }],
    [{ random: 0.5 }],
    [{ weigh: 3 }],
    [{ maxWeight: 10 }],
    [{ maxWeight: Number.NaN, weigh: () => 1 }],
    [{ maxEntries: 0 }],
    [{ maxEntries: 1.5 }],
    [{ isolation: 'copy' }],
    [{ max: 5 }],
  ])('%j is refused', (options) => {
    expect(() => new MemoryBackend(options as unknown as MemoryOptions)).toThrow(config)
  })

  it('without a policy a scan drives nobody out; with lru it does', () => {
    const left = (options: MemoryOptions) => {
      const backend = new MemoryBackend({ maxEntries: 100, random: () => 0.5, ...options })
      const hot = Array.from({ length: 50 }, (_, index) => `hot:${index}`)
      const ask = (key: string) => backend.read(key).present || backend.write(key, draft(1))
      for (let round = 0; round < 5; round++) hot.forEach(ask)
      for (let index = 0; index < 1000; index++) ask(`scan:${index}`)
      return hot.filter((key) => backend.peek(key).present).length
    }
    expect([left({}), left({ policy: 'tinylfu' }), left({ policy: 'lru' })]).toEqual([50, 50, 0])
  })
})

describe('weights', () => {
  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '5', undefined, null])(
    'of %s are refused; nothing is stored',
    (weight) => {
      let answer: unknown = 1
      const backend = new MemoryBackend({ maxWeight: 10, weigh: () => answer as number })
      backend.write('k', draft('old'))
      answer = weight
      expect(() => backend.write('k', draft('new', ['t']))).toThrow(config)
      expect(() => backend.write('other', draft('new'))).toThrow(config)
      expect([backend.read('k')]).toMatchObject([{ value: 'old' }])
      expect([backend.size, weightOf(backend)]).toEqual([1, 1])
    },
  )

  it('a weigher that throws ends the lease of a fill', () => {
    const backend = new MemoryBackend({
      weigh: () => {
        throw new Error('scales')
      },
    })
    const request = { version: undefined, tags: [], leaseMs: 1000, keepMs: 1000 }
    const acquired = backend.acquire('k', request)
    if (acquired.status !== 'own') throw new Error(acquired.status)
    expect(() => backend.fill(acquired.lease, draft(1))).toThrow('scales')
    expect(backend.acquire('k', request).status).toBe('own')
  })

  it('what alone is too heavy is not kept, and takes the place of what was there', () => {
    const backend = new MemoryBackend({ maxWeight: 10, weigh: (value) => value as number })
    backend.write('small', draft(4))
    backend.write('k', draft(2))
    backend.write('k', draft(11))
    expect(backend.read('k').present).toBe(false)
    expect(backend.read('small').present).toBe(true)
    expect([backend.size, weightOf(backend)]).toEqual([1, 4])
  })

  it.each(['tinylfu', 'lru'] as const)('%s: an entry that grew is kept, others leave', (policy) => {
    const backend = new MemoryBackend({ policy, maxWeight: 10, weigh: (value) => value as number })
    for (const key of ['a', 'b', 'c', 'd', 'e']) backend.write(key, draft(2))
    backend.write('a', draft(9))
    expect(backend.read('a')).toMatchObject({ value: 9 })
    expect([backend.size, weightOf(backend)]).toEqual([1, 9])
  })

  it('a weigher may use the backend', () => {
    let depth = 0
    const backend: MemoryBackend = new MemoryBackend({
      maxEntries: 3,
      maxWeight: 5,
      weigh: (_, key) => {
        if (depth++ < 4) {
          backend.write(`${key}+`, draft(1, ['t']))
          backend.remove([key])
          backend.invalidateTags(['t'])
        }
        depth--
        return 1
      },
    })
    for (let index = 0; index < 20; index++) {
      backend.write(`k${index}`, draft(1, ['t']))
      expect(backend.read(`k${index}`).present).toBe(true)
      expect(backend.size).toBeLessThanOrEqual(3)
      expect(weightOf(backend)).toBe(backend.size)
    }
  })

  it('a weigher that stores the key itself takes the lease: the fill is lost', () => {
    let nested = false
    const backend: MemoryBackend = new MemoryBackend({
      weigh: (_, key) => {
        if (!nested) {
          nested = true
          backend.write(key, draft('set meanwhile'))
        }
        return 1
      },
    })
    const acquired = backend.acquire('k', { version: undefined, tags: [], leaseMs: 1000, keepMs: 1000 })
    if (acquired.status !== 'own') throw new Error(acquired.status)
    expect(backend.fill(acquired.lease, draft('loaded'))).toBe('lost')
    expect(backend.read('k')).toMatchObject({ value: 'set meanwhile' })
  })

  it('a weigher that closes the backend leaves nothing in it', () => {
    const backend: MemoryBackend = new MemoryBackend({
      weigh: () => {
        backend.close()
        return 1
      },
    })
    expect(() => backend.write('k', draft(1))).toThrow(expect.objectContaining({ code: 'E_CLOSED' }))
    expect(backend.size).toBe(0)
  })
})

describe('what is of no use any more', () => {
  it.each(['tinylfu', 'lru'] as const)('%s: leaves before what is still valid', (policy) => {
    const clock = new ManualClock()
    const backend = new MemoryBackend({ policy, maxEntries: 60, clock })
    const end = clock.now() + 100
    for (let index = 0; index < 60; index++)
      backend.write(
        `k${index}`,
        index % 3 === 0 ? draft(index) : index % 3 === 1 ? draft(index, [], end) : draft(index, ['t']),
      )
    clock.step(100)
    backend.invalidateTags(['t'])
    for (let index = 0; index < 40; index++) backend.write(`new${index}`, draft(index))
    for (let index = 0; index < 60; index += 3) expect(backend.read(`k${index}`).present).toBe(true)
    expect(backend.size).toBe(60)
  })

  it('leaves though nobody asks for it, as others are stored', () => {
    const clock = new ManualClock()
    const backend = new MemoryBackend({ clock })
    for (let index = 0; index < 1000; index++) backend.write(`k${index}`, draft(index, [], clock.now() + 100))
    clock.step(100)
    for (let index = 0; index < 130; index++) backend.write('same', draft(index))
    expect(backend.size).toBe(1)
  })

  it('leaves in the order of its time, also when that was long after the first had left', () => {
    const clock = new ManualClock()
    const backend = new MemoryBackend({ clock })
    for (let index = 0; index < 200; index++)
      backend.write(`k${index}`, draft(index, [], clock.now() + (index % 4 === 0 ? 1000 : 100)))
    const store = () => {
      for (let index = 0; index < 60; index++) backend.write('same', draft(index))
    }
    clock.step(100)
    store()
    expect(backend.size).toBe(51)
    clock.step(900)
    store()
    expect(backend.size).toBe(1)
  })

  it('a clock that is set back brings nothing back and loses nothing', () => {
    const clock = new ManualClock()
    const backend = new MemoryBackend({ clock })
    backend.write('k', draft(1, [], clock.now() + 100))
    clock.step(-1000)
    backend.write('other', draft(1, [], clock.now() + 100))
    expect(backend.read('k').present).toBe(true)
    clock.step(1100)
    expect(backend.read('k').present).toBe(false)
    clock.step(-1100)
    expect(backend.read('k').present).toBe(false)
  })
})

describe('get, without a promise', () => {
  it('gives what may be served as it is, and nothing else', () => {
    const clock = new ManualClock()
    const backend = new MemoryBackend({ clock })
    backend.write('k', draft('for ever'))
    expect(backend.get('k')).toBe('for ever')
    expect(backend.get('absent')).toBeUndefined()
    backend.write('short', draft('short', [], clock.now() + 100))
    backend.write('graceful', { ...draft('graceful', [], clock.now() + 200), freshUntil: clock.now() + 100 })
    backend.write('tagged', draft('tagged', ['t']))
    expect(['k', 'short', 'graceful', 'tagged'].map((key) => backend.get(key))).toEqual([
      'for ever',
      'short',
      'graceful',
      'tagged',
    ])
    clock.step(100)
    backend.invalidateTags(['t'])
    expect(['k', 'short', 'graceful', 'tagged'].map((key) => backend.get(key))).toEqual([
      'for ever',
      undefined,
      undefined,
      undefined,
    ])
    backend.close()
    expect(() => backend.get('k')).toThrow(expect.objectContaining({ code: 'E_CLOSED' }))
  })
})

describe('clear', () => {
  it('whoever is awakened by it may use the tags again at once', () => {
    const backend = new MemoryBackend()
    backend.write('a', draft(1, ['t']))
    const acquired = backend.acquire('k', { version: undefined, tags: ['t'], leaseMs: 1e6, keepMs: 1e6 })
    expect(acquired.status).toBe('own')
    backend.awaken('k', () => backend.write('new', draft(2, ['t'])))
    backend.clear('')
    expect(backend.read('new').present).toBe(true)
    backend.invalidateTags(['t'])
    expect(backend.read('new').present).toBe(false)
    backend.close()
  })
})
