import { List } from './list.js'
import type { MakePolicy } from './policy.js'

/** First in, first out. */
export const fifo: MakePolicy = ({ size, keys }) => {
  const list = new List(keys)
  return {
    ask(key) {
      if (list.has(key)) return true
      if (list.size === size) list.shift()
      list.add(key)
      return false
    },
  }
}
