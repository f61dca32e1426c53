import {
  loop,
  popular,
  popularWithScans,
  seeded,
  twiceSoon,
  zigzag,
  zipf,
} from '../../../packages/cache-memory/test/policy/streams.js'

export interface Stream {
  readonly name: string
  /** The keys, numbered from 0 in the order of their first request. */
  readonly requests: Int32Array
  readonly keys: number
  readonly sizes: readonly number[]
}

/** Popularity that moves on: every so often the ranks belong to other keys. */
function* drift(length: number, seed: number): Generator<number> {
  const random = seeded(seed)
  const draw = zipf(200_000, 0.9, random)
  for (let at = 0; at < length; at++) yield draw() + Math.floor(at / 50_000) * 10_000
}

function* mix(): Generator<number> {
  yield* twiceSoon(135_702, 5)
  yield* loop(1011, 500, 1e7)
  yield* twiceSoon(135_702, 5)
}

const GENERATED: readonly (readonly [string, readonly number[], () => Iterable<number>])[] = [
  ['used twice, soon', [256, 2048], () => twiceSoon(135_702, 5)],
  ['used twice, a loop, used twice', [512, 900, 2048], mix],
  ['a loop of 1011 keys', [512, 900], () => loop(1011, 500)],
  ['0 to 2000 and back', [1000, 1500], () => zigzag(2000, 26)],
  ['Zipf 0.99, a million keys', [10_000], () => popular(1_000_000, 0.99, 2_000_000, 3)],
  ['Zipf 0.9 with scans', [5000], () => popularWithScans(1_000_000, 4)],
  ['Zipf 0.9 that drifts', [20_000, 60_000], () => drift(1_000_000, 6)],
]

/** Numbers the keys of a stream from 0 on. */
export function numbered(name: string, keys: Iterable<unknown>, sizes: readonly number[]): Stream {
  const numbers = new Map<unknown, number>()
  const requests: number[] = []
  for (const key of keys) {
    let number = numbers.get(key)
    if (number === undefined) {
      number = numbers.size
      numbers.set(key, number)
    }
    requests.push(number)
  }
  return { name, requests: Int32Array.from(requests), keys: numbers.size, sizes }
}

export function* generated(): Generator<Stream> {
  for (const [name, sizes, keys] of GENERATED) yield numbered(name, keys(), sizes)
}
