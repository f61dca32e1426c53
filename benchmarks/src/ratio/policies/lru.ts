import { List } from './list.js'
import type { MakePolicy } from './policy.js'

/** Least recently used goes first. */
export const lru: MakePolicy = ({ size, keys }) => {
  const list = new List(keys)
  return {
    ask(key) {
      if (list.has(key)) {
        list.renew(key)
        return true
      }
      if (list.size === size) list.shift()
      list.add(key)
      return false
    },
  }
}
