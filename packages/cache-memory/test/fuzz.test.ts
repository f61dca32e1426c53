import type { Draft, Entry } from '@holdfast/cache-core'
import { ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend, type PolicyName } from '@holdfast/cache-memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EntryStore } from '../src/entry-store.js'
import { FIRST_SLOT } from '../src/policy/lists.js'
import { TagFences } from '../src/tag-fences.js'
import { seeded } from './policy/streams.js'

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  'ключ',
  '🔑',
  ...Array.from({ length: 40 }, (_, n) => `k:${n}`),
]
const TAGS = ['red', 'blue', '__proto__']
const SIZES = [1, 2, 3, 10, 100, 1000]
const POLICIES: readonly PolicyName[] = ['tinylfu', 'lru']

const key = fc.oneof(
  fc.constantFrom(...KEYS),
  fc.nat({ max: 2000 }).map((n) => `far:${n}`),
)
const tags = fc.subarray(TAGS)
const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      verb: fc.constant('write' as const),
      key,
      tags,
      weight: fc.nat({ max: 9 }),
      ttl: fc.constantFrom(5, 50, Number.POSITIVE_INFINITY),
      grace: fc.constantFrom(0, 30),
    }),
  },
  { weight: 8, arbitrary: fc.record({ verb: fc.constant('read' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant('writeMany' as const),
      from: fc.nat({ max: 1500 }),
      count: fc.nat({ max: 200 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('remove' as const), key }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('touch' as const), key, ttl: fc.constantFrom(1, 100) }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('expire' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({ verb: fc.constantFrom('invalidateTags' as const, 'expireTags' as const), tags }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant('pattern' as const),
      glob: fc.constantFrom('k:1*', 'far:*', '*', '[a-f]ar:?', '__*'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ verb: fc.constant('clear' as const), prefix: fc.constantFrom('', 'far:1', '__proto__') }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('time' as const), ms: fc.integer({ min: -20, max: 60 }) }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/** What was stored last, and may be read while it is valid. That something is missing needs no reason: it was evicted. */
interface Known {
  readonly value: unknown
  readonly weight: number
  readonly tags: readonly string[]
  freshUntil: number
  keepUntil: number
}

const matches: Readonly<Record<string, RegExp>> = {
  'k:1*': /^k:1/su,
  'far:*': /^far:/su,
  '*': /^/su,
  '[a-f]ar:?': /^[a-f]ar:.$/su,
  '__*': /^__/su,
}

class Model {
  readonly known = new Map<string, Known>()

  constructor(
    readonly backend: MemoryBackend,
    readonly clock: ManualClock,
  ) {}

  run(step: Command, at: number): void {
    const { backend, clock, known } = this
    const now = clock.now()
    switch (step.verb) {
      case 'write': {
        const freshUntil = now + step.ttl
        const life = { freshUntil, keepUntil: freshUntil + step.grace }
        const value = { at, weight: step.weight }
        backend.write(step.key, { value, tags: step.tags, createdAt: now, loadMs: 0, ...life } satisfies Draft)
        known.set(step.key, { value, weight: step.weight, tags: step.tags, ...life })
        return
      }
      case 'writeMany':
        for (let number = step.from; number < step.from + step.count; number++)
          this.run({ verb: 'write', key: `far:${number}`, tags: [], weight: 1, ttl: 50, grace: 0 }, at)
        return
      case 'read': {
        const reading = backend.read(step.key)
        const one = known.get(step.key)
        const isFresh = reading.present && reading.freshUntil > now
        expect(backend.get(step.key)).toBe(isFresh ? reading.value : undefined)
        if (!reading.present) {
          known.delete(step.key)
          return
        }
        expect(reading.value).toBe(one?.value)
        expect(reading.keepUntil).toBeGreaterThan(now)
        expect(reading.freshUntil).toBe(one?.freshUntil)
        return
      }
      case 'remove':
        backend.remove([step.key])
        known.delete(step.key)
        return
      case 'touch': {
        const one = known.get(step.key)
        if (!backend.touch(step.key, now + step.ttl, now + step.ttl) || one === undefined) return
        one.freshUntil = now + step.ttl
        one.keepUntil = one.freshUntil
        return
      }
      case 'expire':
        backend.expire([step.key], now)
        this.#expire(([name]) => name === step.key, now)
        return
      case 'invalidateTags':
        backend.invalidateTags(step.tags)
        this.#forget(([, one]) => one.tags.some((tag) => step.tags.includes(tag)))
        return
      case 'expireTags':
        backend.expireTags(step.tags)
        this.#expire(([, one]) => one.tags.some((tag) => step.tags.includes(tag)), now)
        return
      case 'pattern':
        backend.removePattern(step.glob, {})
        this.#forget(([name]) => (matches[step.glob] as RegExp).test(name))
        return
      case 'clear':
        backend.clear(step.prefix)
        this.#forget(([name]) => name.startsWith(step.prefix))
        return
      case 'time':
        clock.step(step.ms)
        return
    }
  }

  #forget(which: (one: [string, Known]) => boolean): void {
    for (const one of [...this.known]) if (which(one)) this.known.delete(one[0])
  }

  #expire(which: (one: [string, Known]) => boolean, at: number): void {
    for (const one of [...this.known]) {
      if (!which(one) || at >= one[1].freshUntil) continue
      if (one[1].freshUntil >= one[1].keepUntil) this.known.delete(one[0])
      else one[1].freshUntil = at
    }
  }
}

const entryUntil = (keepUntil: number): Entry => ({
  present: true,
  value: 0,
  tags: [],
  createdAt: 0,
  freshUntil: keepUntil,
  keepUntil,
  loadMs: 0,
  version: 0,
})

describe.each(POLICIES)('%s, whatever is done to it', (policy) => {
  it.each(SIZES)('at %i entries, never gives what it should not, nor holds too much', (maxEntries) => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 300, size: 'max' }),
        fc.constantFrom(undefined, 9, 60),
        fc.integer(),
        (commands, maxWeight, seed) => {
          const clock = new ManualClock()
          const bound = maxWeight === undefined ? {} : { maxWeight, weigh: (value: unknown) => (value as Known).weight }
          const backend = new MemoryBackend({ policy, maxEntries, clock, random: seeded(seed), ...bound })
          const model = new Model(backend, clock)
          for (const [at, step] of commands.entries()) {
            model.run(step, at)
            expect(backend.size).toBeLessThanOrEqual(maxEntries)
            const { weight } = backend.health().detail as { weight: number }
            expect(weight).toBeLessThanOrEqual(maxWeight ?? 0)
            expect(weight).toBeGreaterThanOrEqual(0)
          }
          for (const name of model.known.keys()) model.run({ verb: 'read', key: name }, 0)
          backend.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each(SIZES)('at %i entries, slots and weights balance after every step', (maxEntries) => {
    const step = fc.tuple(
      fc.constantFrom('put', 'put', 'many', 'hit', 'remove', 'broken'),
      key,
      fc.nat({ max: 9 }),
      fc.nat({ max: 20 }),
    )
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 400, size: 'max' }),
        fc.constantFrom(12, Number.POSITIVE_INFINITY),
        (steps, maxWeight) => {
          const fences = new TagFences()
          const store = new EntryStore({ maxEntries, maxWeight, policy, random: seeded(1), tags: fences })
          const weights = new Map<string, number>()
          let now = 0
          for (const [verb, name, weight, later] of steps) {
            const slot = store.find(name)
            now++
            if (verb === 'put' || verb === 'many') {
              const names = verb === 'put' ? [name] : Array.from({ length: 60 }, (_, at) => `many:${now}:${at}`)
              for (const one of names) {
                const tags = later % 2 === 0 ? fences.capture(['red']) : []
                store.put(one, entryUntil(now + later), 'v', tags, weight, now)
                weights.set(one, weight)
              }
            } else if (verb === 'broken') fences.invalidate(['red'])
            else if (slot !== undefined && verb === 'hit') store.policy.hit(slot)
            else if (slot !== undefined) store.remove(slot)
            const held = store.keys.flatMap((one, at) => (one === undefined ? [] : [[one, at] as const]))
            expect(held.every(([one, at]) => store.find(one) === at)).toBe(true)
            expect(held.length).toBe(store.size)
            expect(store.top - FIRST_SLOT).toBeLessThanOrEqual(maxEntries)
            expect(store.weight).toBe(held.reduce((sum, [one]) => sum + (weights.get(one) ?? 0), 0))
            const carried = held.flatMap(([, at]) => store.fences?.[at] ?? [])
            expect(fences.broken).toBe(carried.filter((fence) => fence.broken).length)
          }
          for (const [, at] of store.keys.flatMap((one, slot) => (one === undefined ? [] : [[one, slot] as const])))
            store.remove(at)
          expect([store.size, store.weight, fences.broken]).toEqual([0, 0, 0])
        },
      ),
      { numRuns: maxEntries < 100 ? 60 : 6 },
    )
  })
})
