import { MemoryBackend, type PolicyName } from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'
import { loop, popular, popularWithScans, seeded, twiceSoon, zigzag } from './streams.js'

/** Percent of the requests that a cache answers whose misses are loaded and stored. */
function hitRatio(policy: PolicyName, maxEntries: number, stream: Iterable<number>): number {
  const backend = new MemoryBackend({ policy, maxEntries, random: seeded(1) })
  const life = { createdAt: 0, freshUntil: Number.POSITIVE_INFINITY, keepUntil: Number.POSITIVE_INFINITY, loadMs: 0 }
  let hits = 0
  let all = 0
  for (const number of stream) {
    const key = `key:${number}`
    all++
    if (backend.read(key).present) hits++
    else backend.write(key, { value: number, tags: [], ...life })
  }
  return (100 * hits) / all
}

const mix = function* (): Generator<number> {
  yield* twiceSoon(135_702, 5)
  yield* loop(1011, 500, 1e7)
  yield* twiceSoon(135_702, 5)
}

interface Case {
  readonly name: string
  readonly size: number
  readonly stream: () => Iterable<number>
  /** What the policy must reach. In brackets in the name: the best possible, for who knows the future. */
  readonly floor: number
  /** What exact LRU gets: shows that the stream is the one that is meant. */
  readonly lru: number
}

const CASES: readonly Case[] = [
  { name: 'a loop over twice the size (50.5)', size: 512, stream: () => loop(1011, 500), floor: 47, lru: 0 },
  { name: 'a loop that nearly fits (88.8)', size: 900, stream: () => loop(1011, 500), floor: 80, lru: 0 },
  { name: 'used twice, soon (33.3)', size: 256, stream: () => twiceSoon(135_702, 5), floor: 31, lru: 33.3 },
  { name: 'used twice, soon (33.3)', size: 2048, stream: () => twiceSoon(135_702, 5), floor: 31, lru: 33.3 },
  { name: 'used twice, then a loop, then twice (44.5)', size: 512, stream: mix, floor: 41, lru: 11.6 },
  { name: 'to and fro (72.1)', size: 1500, stream: () => zigzag(2000, 26), floor: 69, lru: 72.1 },
  { name: 'zipf (70.3)', size: 10_000, stream: () => popular(1_000_000, 0.99, 2_000_000, 3), floor: 63.5, lru: 56.6 },
  { name: 'zipf with scans', size: 5000, stream: () => popularWithScans(1_000_000, 4), floor: 43.5, lru: 35.9 },
]

describe('hit ratios', () => {
  it.each(CASES)('tinylfu at $size: $name', { timeout: 60_000 }, ({ size, stream, floor }) => {
    expect(hitRatio('tinylfu', size, stream())).toBeGreaterThanOrEqual(floor)
  })

  it.each(CASES)('lru at $size: $name', { timeout: 60_000 }, ({ size, stream, lru }) => {
    expect(Math.abs(hitRatio('lru', size, stream()) - lru)).toBeLessThan(1)
  })
})
