/** Streams of keys that show what simple policies are bad at. Made here: no third party's data. */

/** Numbers in [0, 1) that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** 0 to `length - 1`, again and again. */
export function* loop(length: number, times: number, base = 0): Generator<number> {
  for (let time = 0; time < times; time++) for (let at = 0; at < length; at++) yield base + at
}

/** 0 to `last` and back, again and again. */
export function* zigzag(last: number, times: number): Generator<number> {
  for (let time = 0; time < times; time++) for (let at = 0; at <= last; at++) yield time % 2 === 0 ? at : last - at
}

/** Ever new keys; half of them are asked for once more, 12 to 49 requests later, and then never again. */
export function* twiceSoon(length: number, seed: number): Generator<number> {
  const random = seeded(seed)
  const due = new Map<number, number>()
  let fresh = 0
  for (let at = 0; at < length; at++) {
    const second = due.get(at)
    if (second !== undefined) {
      due.delete(at)
      yield second
      continue
    }
    const key = fresh++
    yield key
    if (random() >= 0.5) continue
    let when = at + 12 + Math.floor(random() * 38)
    while (due.has(when)) when++
    due.set(when, key)
  }
}

/** Draws ranks from 0 on, the first the most often, with an exponent. */
export function zipf(keys: number, exponent: number, random: () => number): () => number {
  const sums = new Float64Array(keys)
  let sum = 0
  for (let rank = 0; rank < keys; rank++) sums[rank] = sum += (rank + 1) ** -exponent
  return () => {
    const drawn = random() * sum
    let low = 0
    let high = keys - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! < drawn) low = middle + 1
      else high = middle
    }
    return low
  }
}

export function* popular(keys: number, exponent: number, length: number, seed: number): Generator<number> {
  const draw = zipf(keys, exponent, seeded(seed))
  for (let at = 0; at < length; at++) yield draw()
}

/** Popular keys, and every so often a run of keys that are never asked for again. */
export function* popularWithScans(length: number, seed: number): Generator<number> {
  const random = seeded(seed)
  const draw = zipf(100_000, 0.9, random)
  let fresh = 1e9
  for (let at = 0; at < length; ) {
    for (let one = 0; one < 20_000 && at < length; one++, at++) yield draw()
    for (let one = 0; one < 6_400 && at < length; one++, at++) yield fresh++
  }
}
