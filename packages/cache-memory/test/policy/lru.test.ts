import { MemoryBackend } from '@holdfast/cache-memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const life = { createdAt: 0, freshUntil: Number.POSITIVE_INFINITY, keepUntil: Number.POSITIVE_INFINITY, loadMs: 0 }

/** The definition: a list in order of use, and the sum of its weights. */
class Naive {
  readonly #held: { readonly key: string; readonly weight: number }[] = []

  constructor(
    readonly maxEntries: number,
    readonly maxWeight: number,
  ) {}

  read(key: string): boolean {
    const at = this.#held.findIndex((one) => one.key === key)
    if (at >= 0) this.#held.push(...this.#held.splice(at, 1))
    return at >= 0
  }

  write(key: string, weight: number): void {
    this.remove(key)
    if (weight > this.maxWeight) return
    this.#held.push({ key, weight })
    const sum = () => this.#held.reduce((total, one) => total + one.weight, 0)
    while (this.#held.length > this.maxEntries || sum() > this.maxWeight) this.#held.shift()
  }

  remove(key: string): void {
    const at = this.#held.findIndex((one) => one.key === key)
    if (at >= 0) this.#held.splice(at, 1)
  }

  keys(): string[] {
    return this.#held.map((one) => one.key).sort()
  }
}

const KEYS = Array.from({ length: 12 }, (_, index) => `k${index}`)
const command = fc.tuple(fc.constantFrom('read', 'write', 'remove'), fc.constantFrom(...KEYS), fc.nat({ max: 12 }))

describe('lru', () => {
  it.each([1, 2, 3, 7])('at %i entries holds exactly what the definition holds', (maxEntries) => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 200, size: 'max' }),
        fc.constantFrom(10, 30),
        (commands, maxWeight) => {
          const weigh = (value: unknown) => value as number
          const backend = new MemoryBackend({ policy: 'lru', maxEntries, maxWeight, weigh })
          const naive = new Naive(maxEntries, maxWeight)
          for (const [verb, key, weight] of commands) {
            if (verb === 'read') expect(backend.read(key).present).toBe(naive.read(key))
            else if (verb === 'remove') {
              backend.remove([key])
              naive.remove(key)
            } else {
              backend.write(key, { value: weight, tags: [], ...life })
              naive.write(key, weight)
            }
            expect(KEYS.filter((one) => backend.peek(one).present).sort()).toEqual(naive.keys())
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})
