import type { MakePolicy } from './policy.js'

const NEVER = 2 ** 31 - 1

/**
 * The best that anybody could do who knows the future: whoever is asked for last of all goes, and does not come in if it
 * is the newcomer. Belady, IBM Systems Journal 1966; with bypass.
 */
export const belady: MakePolicy = ({ size, keys, stream }) => {
  /** For each place in the stream: where the same key is asked for again. */
  const again = new Int32Array(stream.length)
  const latest = new Int32Array(keys).fill(NEVER)
  for (let at = stream.length - 1; at >= 0; at--) {
    again[at] = latest[stream[at]!]!
    latest[stream[at]!] = at
  }
  /** When each key in the cache is asked for next; 0 for those outside. */
  const next = new Int32Array(keys)
  const heap = farthestFirst()
  let count = 0
  let now = 0
  return {
    ask(key) {
      const when = again[now++]!
      const hit = next[key] !== 0
      if (hit) {
        next[key] = when
        heap.push(when, key)
        return true
      }
      if (count < size) count++
      else {
        let top = heap.peek()
        // What was asked for since is in the heap again, with a later time.
        while (next[top.key] !== top.when) {
          heap.pop()
          top = heap.peek()
        }
        if (top.when <= when) return false
        heap.pop()
        next[top.key] = 0
      }
      next[key] = when
      heap.push(when, key)
      return false
    },
  }
}

interface Item {
  readonly when: number
  readonly key: number
}

function farthestFirst() {
  const items: Item[] = []
  return {
    peek: (): Item => items[0] as Item,
    push(when: number, key: number): void {
      const item = { when, key }
      let at = items.length
      items.push(item)
      while (at > 0) {
        const above = (at - 1) >> 1
        if (items[above]!.when >= when) break
        items[at] = items[above]!
        at = above
      }
      items[at] = item
    },
    pop(): void {
      const item = items.pop() as Item
      if (items.length === 0) return
      let at = 0
      for (;;) {
        let below = 2 * at + 1
        if (below >= items.length) break
        if (below + 1 < items.length && items[below + 1]!.when > items[below]!.when) below++
        if (items[below]!.when <= item.when) break
        items[at] = items[below]!
        at = below
      }
      items[at] = item
    },
  }
}
