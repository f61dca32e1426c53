import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIRST_SLOT, type Lists } from '../../src/policy/lists.js'
import { TinyLfu } from '../../src/policy/tiny-lfu.js'
import { seeded } from './streams.js'

/** A cache of keys alone. */
class Keys {
  readonly policy: TinyLfu
  readonly keys: (string | undefined)[] = []
  readonly slots = new Map<string, number>()
  readonly #free: number[]
  readonly #size: number

  constructor(size: number, random: () => number) {
    this.#size = size
    this.policy = new TinyLfu({ capacity: size + FIRST_SLOT, maxEntries: size, random })
    this.#free = Array.from({ length: size }, (_, index) => index + FIRST_SLOT)
  }

  ask(key: string): boolean {
    const slot = this.slots.get(key)
    if (slot === undefined) this.policy.miss()
    else this.policy.hit(slot)
    return slot !== undefined
  }

  add(key: string): void {
    if (this.slots.size === this.#size) this.#drop(this.policy.evict(this.keys))
    const slot = this.#free.pop() as number
    this.keys[slot] = key
    this.slots.set(key, slot)
    this.policy.added(slot, key)
  }

  through(key: string): boolean {
    const found = this.ask(key)
    if (!found) this.add(key)
    return found
  }

  remove(key: string): void {
    const slot = this.slots.get(key)
    if (slot === undefined) return
    this.policy.removed(slot)
    this.#drop(slot)
  }

  #drop(slot: number): void {
    this.slots.delete(this.keys[slot] as string)
    this.keys[slot] = undefined
    this.#free.push(slot)
  }
}

/** Counts what an operation does to the lists. */
function steps(lists: Lists, operation: () => void): number {
  const append = lists.append
  let count = 0
  lists.append = function (this: Lists, head, slot) {
    count++
    append.call(this, head, slot)
  }
  operation()
  lists.append = append
  return count
}

describe('tinylfu', () => {
  it('is not driven out by a scan', () => {
    const cache = new Keys(100, () => 0.5)
    const hot = Array.from({ length: 60 }, (_, index) => `hot:${index}`)
    for (let round = 0; round < 5; round++) for (const key of hot) cache.through(key)
    for (let index = 0; index < 10_000; index++) cache.through(`scan:${index}`)
    expect(hot.filter((key) => cache.slots.has(key))).toEqual(hot)
  })

  it('forgets what was popular once', () => {
    const cache = new Keys(100, () => 0.5)
    const ask = (name: string) => {
      for (let round = 0; round < 60; round++)
        for (let index = 0; index < 80; index++) cache.through(`${name}:${index}`)
    }
    ask('old')
    ask('new')
    expect([...cache.slots.keys()].filter((key) => key.startsWith('new:')).length).toBeGreaterThan(70)
  })

  it('remembers who was here: a key that comes back often gets in', () => {
    const cache = new Keys(100, () => 0.5)
    for (let round = 0; round < 3; round++) for (let index = 0; index < 100; index++) cache.through(`old:${index}`)
    let asked = 0
    while (asked < 20) {
      asked++
      cache.through('back')
      for (let index = 0; index < 3; index++) cache.through(`once:${asked}:${index}`)
      if (asked > 6 && cache.slots.has('back')) break
    }
    expect(asked).toBeLessThan(20)
  })

  it('lets a strong loser in when chance says so, and only then', () => {
    const admitted = (random: () => number): boolean => {
      const cache = new Keys(100, random)
      for (let round = 0; round < 20; round++) for (let index = 0; index < 100; index++) cache.through(`old:${index}`)
      // As often as everybody else, in the window alone: strong, but not ahead.
      cache.add('newcomer')
      for (let round = 0; round < 8; round++) cache.ask('newcomer')
      for (let index = 0; index < 3; index++) cache.add(`next:${index}`)
      return cache.slots.has('newcomer')
    }
    expect(admitted(() => 0)).toBe(true)
    expect(admitted(() => 0.5)).toBe(false)
  })

  it('takes at most 64 list steps an operation, also when everything was read', () => {
    const random = seeded(7)
    for (const size of [1, 2, 10, 1000, 5000]) {
      const cache = new Keys(size, random)
      for (let index = 0; index < size; index++) cache.through(`k:${index}`)
      let most = 0
      for (let round = 0; round < 3000; round++) {
        if (round % 100 === 0) for (const key of [...cache.slots.keys()]) cache.ask(key)
        const key = `k:${Math.floor(random() * size * 3)}`
        most = Math.max(
          most,
          steps(cache.policy.lists, () => cache.through(key)),
        )
      }
      expect(most).toBeLessThanOrEqual(64)
    }
  })

  it('a hit touches no list', () => {
    const cache = new Keys(10, () => 0.5)
    for (let index = 0; index < 10; index++) cache.through(`k:${index}`)
    const taken = steps(cache.policy.lists, () => {
      cache.ask('k:3')
    })
    expect(taken).toBe(0)
  })

  it('holds every slot in exactly one list, whatever happens', () => {
    const verb = fc.constantFrom('through', 'ask', 'remove', 'replace')
    const commands = fc.array(fc.tuple(verb, fc.nat({ max: 30 })), { maxLength: 400, size: 'max' })
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 10, 25), commands, fc.integer(), (size, list, seed) => {
        const cache = new Keys(size, seeded(seed))
        for (const [what, number] of list) {
          const key = `k:${number}`
          const slot = cache.slots.get(key)
          if (what === 'through') cache.through(key)
          else if (what === 'ask') cache.ask(key)
          else if (what === 'remove') cache.remove(key)
          else if (what === 'replace' && slot !== undefined) cache.policy.replaced(slot)
          expect([...inLists(cache.policy)].sort()).toEqual([...cache.slots.values()].sort())
        }
      }),
      { numRuns: 100 },
    )
  })
})

/** The slots of all lists, after a check that the links agree in both directions and with the counts. */
function inLists({ lists, counts }: TinyLfu): number[] {
  const found: number[] = []
  for (let head = 0; head < FIRST_SLOT; head++) {
    const before = found.length
    for (let slot = lists.next[head] as number; slot !== head; slot = lists.next[slot] as number) {
      expect(lists.next[lists.prev[slot] as number]).toBe(slot)
      found.push(slot)
      if (found.length > lists.next.length) throw new Error('the lists run in a circle')
    }
    expect(found.length - before).toBe(counts[head])
  }
  return found
}
