import { List } from './list.js'
import type { MakePolicy } from './policy.js'

/** ARC: Megiddo and Modha, FAST 2003. Recent and frequent keys share the space as their ghosts ask for it. */
export const arc: MakePolicy = ({ size, keys }) => {
  const recent = new List(keys)
  const frequent = new List(keys)
  const recentGhost = new List(keys)
  const frequentGhost = new List(keys)
  let target = 0

  const replace = (fromFrequentGhost: boolean): void => {
    if (recent.size > 0 && (recent.size > target || (fromFrequentGhost && recent.size === target)))
      recentGhost.add(recent.shift())
    else if (frequent.size > 0) frequentGhost.add(frequent.shift())
    else recentGhost.add(recent.shift())
  }
  return {
    ask(key) {
      if (recent.has(key)) {
        recent.remove(key)
        frequent.add(key)
        return true
      }
      if (frequent.has(key)) {
        frequent.renew(key)
        return true
      }
      if (recentGhost.has(key)) {
        target = Math.min(size, target + Math.max(1, frequentGhost.size / recentGhost.size))
        replace(false)
        recentGhost.remove(key)
        frequent.add(key)
        return false
      }
      if (frequentGhost.has(key)) {
        target = Math.max(0, target - Math.max(1, recentGhost.size / frequentGhost.size))
        replace(true)
        frequentGhost.remove(key)
        frequent.add(key)
        return false
      }
      if (recent.size + recentGhost.size === size) {
        if (recent.size < size) {
          recentGhost.shift()
          replace(false)
        } else recent.shift()
      } else if (recent.size + frequent.size + recentGhost.size + frequentGhost.size >= size) {
        if (recent.size + frequent.size + recentGhost.size + frequentGhost.size === 2 * size) frequentGhost.shift()
        replace(false)
      }
      recent.add(key)
      return false
    },
  }
}
