import { List } from './list.js'
import type { MakePolicy } from './policy.js'

/** SIEVE: Zhang et al., NSDI 2024. A hand goes from old to new, forgives whoever was asked for, takes the first other. */
export const sieve: MakePolicy = ({ size, keys }) => {
  const list = new List(keys)
  const visited = new Uint8Array(keys)
  let hand = -1
  const evict = (): void => {
    let at = hand === -1 ? list.oldest : hand
    while (visited[at] === 1) {
      visited[at] = 0
      const next = list.newer(at)
      at = next === -1 ? list.oldest : next
    }
    hand = list.newer(at)
    list.remove(at)
  }
  return {
    ask(key) {
      if (list.has(key)) {
        visited[key] = 1
        return true
      }
      if (list.size === size) evict()
      list.add(key)
      visited[key] = 0
      return false
    },
  }
}
