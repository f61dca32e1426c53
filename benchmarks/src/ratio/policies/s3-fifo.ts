import { List } from './list.js'
import type { MakePolicy } from './policy.js'

const SMALL_SHARE = 0.1
const MOST_COUNTED = 3

/** S3-FIFO: Yang et al., SOSP 2023. A small queue sorts out what is asked for once; a ghost queue remembers it. */
export const s3Fifo: MakePolicy = ({ size, keys }) => {
  const small = new List(keys)
  const main = new List(keys)
  const ghost = new List(keys)
  const counted = new Uint8Array(keys)
  const smallSize = Math.max(1, Math.round(size * SMALL_SHARE))
  const ghostSize = Math.max(1, size - smallSize)

  const evictMain = (): void => {
    for (;;) {
      const key = main.shift()
      if (counted[key] === 0) return
      counted[key]!--
      main.add(key)
    }
  }
  const evictSmall = (): void => {
    while (small.size > 0) {
      const key = small.shift()
      if (counted[key]! > 1) {
        main.add(key)
        counted[key] = 0
        if (small.size + main.size <= size && main.size <= size - smallSize) continue
        if (main.size > size - smallSize) evictMain()
        return
      }
      if (ghost.size === ghostSize) ghost.shift()
      ghost.add(key)
      return
    }
    evictMain()
  }
  return {
    ask(key) {
      if (small.has(key) || main.has(key)) {
        if (counted[key]! < MOST_COUNTED) counted[key]!++
        return true
      }
      while (small.size + main.size >= size) {
        if (small.size >= smallSize || main.size === 0) evictSmall()
        else evictMain()
      }
      counted[key] = 0
      if (ghost.has(key)) {
        ghost.remove(key)
        main.add(key)
      } else small.add(key)
      return false
    },
  }
}
