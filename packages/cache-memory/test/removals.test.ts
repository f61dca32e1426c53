import { type Acquired, compileGlob, type Draft, escapeGlob } from '@holdfast/cache-core'
import { ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { globMatcher } from '../src/key-matcher.js'
import { prefixSignature, signatureOf } from '../src/signature.js'

const LARGE = 10_000

const draft = (value: unknown, tags: readonly string[] = []): Draft => ({
  value,
  tags,
  createdAt: 0,
  freshUntil: Number.POSITIVE_INFINITY,
  keepUntil: Number.POSITIVE_INFINITY,
  loadMs: 0,
})

/** `a:0`, `b:1`, `a:2` ... */
function filled(count: number): MemoryBackend {
  const backend = new MemoryBackend({ maxEntries: 2 * LARGE, clock: new ManualClock() })
  for (let index = 0; index < count; index++) backend.write(`${index % 2 === 0 ? 'a' : 'b'}:${index}`, draft('old'))
  return backend
}

const acquire = (backend: MemoryBackend, key: string): Acquired =>
  backend.acquire(key, { version: backend.read(key).version, tags: [], leaseMs: 1e6, keepMs: 1e6 })

const owned = (backend: MemoryBackend, key: string) => {
  const acquired = acquire(backend, key)
  if (acquired.status !== 'own') throw new Error(acquired.status)
  return acquired.lease
}

describe('removal of many keys', () => {
  it('is done when the call returns where the store is small', () => {
    const backend = filled(4000)
    expect(backend.removePattern('a:*', {})).toBe(2000)
    expect(backend.clear('b:1')).toBeUndefined()
    expect(backend.size).toBe(4000 - 2000 - 1 - 5 - 50 - 500)
  })

  it('of everything is done at once, however large the store is', () => {
    const backend = filled(LARGE)
    expect(backend.clear('')).toBeUndefined()
    expect(backend.size).toBe(0)
    expect(backend.read('a:0').present).toBe(false)
  })

  it('goes in slices where the store is large, and tells of each', async () => {
    const backend = filled(LARGE)
    const seen: number[] = []
    const removed = backend.removePattern('a:*', { onProgress: (count) => seen.push(count) })
    expect(removed).toBeInstanceOf(Promise)
    expect(backend.size).toBeGreaterThan(LARGE / 2)
    expect(await removed).toBe(LARGE / 2)
    expect(seen.length).toBeGreaterThan(3)
    expect(seen).toEqual([...seen].sort((one, other) => one - other))
    expect(seen.at(-1)).toBe(LARGE / 2)
    expect(backend.size).toBe(LARGE / 2)
  })

  it('has taken effect when the call returns: what it will remove is not given to anybody', async () => {
    const backend = filled(LARGE)
    const last = `a:${LARGE - 2}`
    const version = backend.read(last).version
    const removed = backend.removePattern('a:*', {})
    for (const key of ['a:0', last]) expect(backend.read(key).present).toBe(false)
    expect(backend.peek('a:9000').present).toBe(false)
    expect(backend.inspect('a:9002').reason).toBe('missing')
    expect(backend.touch('a:9004', 1e15, 1e15)).toBe(false)
    expect(backend.remove(['a:9006'])).toBe(0)
    expect(backend.expire(['a:9008'], 0)).toBe(0)
    expect(backend.acquire(last, { version, tags: [], leaseMs: 1, keepMs: 1 }).status).toBe('changed')
    expect(backend.read('b:9999').present).toBe(true)
    // Those that were asked for meanwhile are counted too.
    expect(await removed).toBe(LARGE / 2)
  })

  it('spares what is stored after it began', async () => {
    const backend = filled(LARGE)
    const removed = backend.clear('a:')
    backend.write('a:0', draft('new'))
    backend.write(`a:${LARGE - 2}`, draft('new'))
    const lease = owned(backend, 'a:5000')
    expect(backend.fill(lease, draft('new'))).toBe('stored')
    await removed
    for (const key of ['a:0', 'a:5000', `a:${LARGE - 2}`]) expect(backend.read(key)).toMatchObject({ value: 'new' })
    expect(backend.size).toBe(LARGE / 2 + 3)
  })

  it('breaks the leases of matching keys at once, and no others', async () => {
    const backend = filled(LARGE)
    const woken: string[] = []
    backend.awaken('a:1', () => woken.push('a:1'))
    const [broken, kept] = [owned(backend, 'a:1'), owned(backend, 'b:0')]
    const removed = backend.removePattern('a:*', {})
    expect(woken).toEqual(['a:1'])
    expect(backend.fill(broken, draft('late'))).toBe('lost')
    await removed
    expect(backend.fill(kept, draft('b'))).toBe('stored')
    expect(backend.read('a:1').present).toBe(false)
  })

  it('stops on a signal between slices; what was not reached is there again', async () => {
    const backend = filled(LARGE)
    const stop = new AbortController()
    const removed = backend.removePattern('a:*', {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    })
    await expect(removed).rejects.toMatchObject({ code: 'E_ABORTED' })
    expect(backend.read('a:0').present).toBe(false)
    expect(backend.read(`a:${LARGE - 2}`).present).toBe(true)
    expect(await backend.removePattern('a:*', {})).toBeLessThan(LARGE / 2)
  })

  it('two at a time, a clear and a close meanwhile do no harm', async () => {
    const backend = filled(LARGE)
    const [one, other] = [backend.removePattern('a:*', {}), backend.removePattern('*:1*', {})]
    backend.clear('')
    backend.write('a:1', draft('new'))
    await Promise.all([one, other])
    expect(backend.read('a:1').present).toBe(true)
    const third = filled(LARGE)
    const left = third.removePattern('a:*', {})
    third.close()
    await left
    expect(() => third.read('b:1')).toThrow(expect.objectContaining({ code: 'E_CLOSED' }))
  })

  it('an observer that throws ends it, and nothing stays hidden', async () => {
    for (const count of [10, LARGE]) {
      const backend = filled(count)
      const onProgress = () => {
        throw new Error('observer')
      }
      await expect((async () => backend.removePattern('a:*', { onProgress }))()).rejects.toThrow('observer')
      backend.write('a:0', draft('new'))
      expect(backend.read('a:0').present).toBe(true)
    }
  })

  it('finds the same keys again and again, whoever came and left', async () => {
    const backend = filled(LARGE)
    const names = Array.from({ length: LARGE }, (_, at) => `a:${at}`)
    for (let round = 0; round < 3; round++) {
      const there = names.filter((key) => key.startsWith('a:12') && backend.peek(key).present)
      expect(there.length).toBeGreaterThan(50)
      expect(await backend.removePattern('a:12*', {})).toBe(there.length)
      for (let index = round; index < LARGE; index += 2) backend.write(names[index] as string, draft(index))
    }
  })
})

const ALPHABET = ['a', 'b', ':', '*', '?', '[', ']', '\\', '-', '^', 'é', '🔑', '\ud83d']
const text = fc.array(fc.constantFrom(...ALPHABET), { maxLength: 24 }).map((chars) => chars.join(''))

describe('which keys match', () => {
  it('is what the glob says, and every match begins with the prefix', () => {
    fc.assert(
      fc.property(text, text, fc.nat(24), (glob, key, cut) => {
        for (const one of [glob, `${glob}*`, `${escapeGlob(key.slice(0, cut))}*`, escapeGlob(key)]) {
          const matcher = globMatcher(one)
          const matches = compileGlob(one)(key)
          expect(matcher.matches(key) && key.startsWith(matcher.prefix)).toBe(matches)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('a signature never rules out a key that begins with the prefix', () => {
    fc.assert(
      fc.property(text, text, (prefix, rest) => {
        const { signature, mask } = prefixSignature(prefix)
        expect((signatureOf(prefix + rest) ^ signature) & mask).toBe(0)
      }),
      { numRuns: 2000 },
    )
  })

  it('a signature rules out nearly all others', () => {
    const { signature, mask } = prefixSignature('user:123:')
    const keys = Array.from({ length: 10_000 }, (_, index) => `user:${index + 1000}:x`)
    const others = keys.filter((key) => !key.startsWith('user:123'))
    const passed = others.filter((key) => ((signatureOf(key) ^ signature) & mask) === 0)
    expect(passed.length).toBeLessThan(others.length / 50)
  })
})
