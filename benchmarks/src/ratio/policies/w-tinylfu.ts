import { List } from './list.js'
import type { MakePolicy } from './policy.js'

const WINDOW_SHARE = 0.01
const PROTECTED_SHARE = 0.8
const ROWS = 4
const MOST_COUNTED = 15
/** So many times the size, and all counts are halved. */
const SAMPLE = 10

/** Count-min with four rows, halved now and then, so that it forgets. */
function sketch(size: number) {
  const width = 2 ** Math.ceil(Math.log2(Math.max(16, size)))
  const counts = new Uint8Array(width * ROWS)
  let added = 0
  const place = (key: number, row: number): number => {
    let hash = Math.imul(key + 1, 0x9e3779b1 + row * 0x7f4a7c15)
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    return row * width + ((hash ^ (hash >>> 13)) & (width - 1))
  }
  const count = (key: number): number => {
    let least = MOST_COUNTED
    for (let row = 0; row < ROWS; row++) least = Math.min(least, counts[place(key, row)]!)
    return least
  }
  return {
    count,
    add(key: number): void {
      const least = count(key)
      if (least < MOST_COUNTED)
        for (let row = 0; row < ROWS; row++) if (counts[place(key, row)] === least) counts[place(key, row)] = least + 1
      if (++added < size * SAMPLE) return
      added >>= 1
      for (let at = 0; at < counts.length; at++) counts[at]! >>= 1
    },
  }
}

/** W-TinyLFU with a fixed window of one percent: Einziger, Friedman and Manes, ACM ToS 2017. */
export const wTinyLfu: MakePolicy = ({ size, keys }) => {
  const window = new List(keys)
  const probation = new List(keys)
  const kept = new List(keys)
  const frequency = sketch(size)
  const windowSize = Math.max(1, Math.round(size * WINDOW_SHARE))
  const mainSize = size - windowSize
  const keptSize = Math.floor(mainSize * PROTECTED_SHARE)
  return {
    ask(key) {
      frequency.add(key)
      if (window.has(key)) {
        window.renew(key)
        return true
      }
      if (kept.has(key)) {
        kept.renew(key)
        return true
      }
      if (probation.has(key)) {
        probation.remove(key)
        kept.add(key)
        if (kept.size > keptSize) probation.add(kept.shift())
        return true
      }
      window.add(key)
      if (window.size <= windowSize) return false
      const candidate = window.shift()
      if (probation.size + kept.size < mainSize) probation.add(candidate)
      else if (mainSize > 0) {
        const from = probation.size > 0 ? probation : kept
        if (frequency.count(candidate) > frequency.count(from.oldest)) {
          from.shift()
          probation.add(candidate)
        }
      }
      return false
    },
  }
}
