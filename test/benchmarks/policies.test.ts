import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { POLICIES } from '../../benchmarks/src/ratio/policies/index.js'
import { seeded } from '../../packages/cache-memory/test/policy/streams.js'

/** What the hit ratios are compared with has to be what its name says. */
const KEYS = 40
const streams = fc
  .array(fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: KEYS - 1 })), { minLength: 1, maxLength: 400 })
  .map((keys) => Int32Array.from(keys))
const sizes = fc.integer({ min: 1, max: KEYS })

function hitsOf(name: string, stream: Int32Array, size: number): boolean[] {
  const make = POLICIES[name]
  if (make === undefined) throw new Error(`No policy ${name}`)
  const cache = make({ size, keys: KEYS, stream, random: seeded(1) })
  return Array.from(stream, (key) => cache.ask(key))
}
const count = (hits: readonly boolean[]): number => hits.filter(Boolean).length

describe.each(Object.keys(POLICIES))('%s', (name) => {
  it('hits only what was asked for before, and at most as many keys in a row as there is room for', () => {
    fc.assert(
      fc.property(streams, sizes, (stream, size) => {
        const hits = hitsOf(name, stream, size)
        const seen = new Set<number>()
        for (const [at, key] of stream.entries()) {
          if (hits[at]) expect(seen.has(key)).toBe(true)
          seen.add(key)
        }
        // Between two misses nothing comes in: the keys that hit there were all held at once.
        let held = new Set<number>()
        for (const [at, hit] of hits.entries()) {
          if (hit) held.add(stream[at] as number)
          else held = new Set()
          expect(held.size).toBeLessThanOrEqual(size)
        }
      }),
    )
  })

  it('with room for all, misses each key once', () => {
    fc.assert(
      fc.property(streams, (stream) => {
        expect(count(hitsOf(name, stream, KEYS))).toBe(stream.length - new Set(stream).size)
      }),
    )
  })

  it('never hits more often than the optimum', () => {
    fc.assert(
      fc.property(streams, sizes, (stream, size) => {
        expect(count(hitsOf(name, stream, size))).toBeLessThanOrEqual(count(hitsOf('optimum', stream, size)))
      }),
    )
  })
})

/** By definition: the keys held, who leaves first in front. */
function byDefinition(stream: Int32Array, size: number, moves: boolean): boolean[] {
  const held: number[] = []
  return Array.from(stream, (key) => {
    const at = held.indexOf(key)
    if (at >= 0 && moves) held.push(...held.splice(at, 1))
    if (at >= 0) return true
    if (held.length === size) held.shift()
    held.push(key)
    return false
  })
}

it.each([
  ['LRU', true],
  ['FIFO', false],
])('%s is what its definition says', (name, moves) => {
  fc.assert(
    fc.property(streams, sizes, (stream, size) => {
      expect(hitsOf(name, stream, size)).toEqual(byDefinition(stream, size, moves))
    }),
  )
})

it('the optimum is the best of all ways, tried one by one', () => {
  const best = (stream: readonly number[], held: ReadonlySet<number>, size: number): number => {
    const [key, ...rest] = stream
    if (key === undefined) return 0
    if (held.has(key)) return 1 + best(rest, held, size)
    const without = best(rest, held, size)
    if (held.size < size) return Math.max(without, best(rest, new Set([...held, key]), size))
    const replacing = [...held].map((victim) => best(rest, new Set([...held, key].filter((k) => k !== victim)), size))
    return Math.max(without, ...replacing)
  }
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 3 }),
      (keys, size) => {
        expect(count(hitsOf('optimum', Int32Array.from(keys), size))).toBe(best(keys, new Set(), size))
      },
    ),
  )
})
