import { badInput, type Clock, systemClock } from '@holdfast/cache-core'
import type { Isolation } from './isolation.js'
import type { PolicyName } from './policy/policy.js'
import type { Weigh } from './weighed.js'

export interface MemoryOptions {
  /** More entries than this are never held, nor more than 8,388,608. @default 10_000 */
  readonly maxEntries?: number
  /** The weights of all entries never add up to more than this. Needs `weigh`. @default no bound */
  readonly maxWeight?: number
  /** The weight of an entry, in whatever unit `maxWeight` has: a finite number, not negative. */
  readonly weigh?: (value: unknown, key: string) => number
  /**
   * Who leaves when there is no room. `'tinylfu'`: who is asked for least, so that a scan drives nobody out; a new value
   * may have to leave first. `'lru'`: exactly the one whose last read or store is longest ago. @default 'tinylfu'
   */
  readonly policy?: PolicyName
  /** @default 'reference' */
  readonly isolation?: Isolation
  /**
   * Asked for the time at every read. @default the system's time, remembered for a millisecond, or for 256 reads where
   * the program lets no timer run in between
   */
  readonly clock?: Clock
  /** A number in [0, 1), for the policy. @default the clock's */
  readonly random?: () => number
}

interface CheckedMemoryOptions {
  readonly maxEntries: number
  readonly maxWeight: number
  readonly weigh: Weigh | undefined
  readonly policy: PolicyName
  readonly isolation: Isolation
  readonly clock: Clock | undefined
  readonly random: () => number
}

const KNOWN = ['maxEntries', 'maxWeight', 'weigh', 'policy', 'isolation', 'clock', 'random']

export function checkMemoryOptions(options: MemoryOptions): CheckedMemoryOptions {
  if (options === null || typeof options !== 'object')
    throw badInput('MemoryBackend: the options are not an object', `Known are ${KNOWN.join(', ')}`)
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name))
      throw badInput(`MemoryBackend: unknown option ${JSON.stringify(name)}`, `Known are ${KNOWN.join(', ')}`)
  }
  const { maxEntries = 10_000, maxWeight, weigh, policy = 'tinylfu', isolation = 'reference', clock, random } = options
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1)
    throw badInput(`maxEntries is ${String(maxEntries)}`, 'Write a whole number of at least 1')
  if (maxWeight !== undefined && !(typeof maxWeight === 'number' && maxWeight > 0))
    throw badInput(`maxWeight is ${String(maxWeight)}`, 'Write a positive number')
  if (weigh !== undefined && typeof weigh !== 'function')
    throw badInput('weigh is not a function', 'Give weigh: (value, key) => number')
  if (maxWeight !== undefined && weigh === undefined)
    throw badInput('maxWeight is given without weigh', 'Give weigh: (value, key) => number')
  if (!['tinylfu', 'lru'].includes(policy))
    throw badInput(`policy is ${JSON.stringify(policy)}`, "Write 'tinylfu' or 'lru'")
  if (!['reference', 'clone', 'freeze'].includes(isolation))
    throw badInput(`isolation is ${JSON.stringify(isolation)}`, "Write 'reference', 'clone' or 'freeze'")
  if (random !== undefined && typeof random !== 'function')
    throw badInput('random is not a function', 'Give random: () => a number in [0, 1)')
  return {
    maxEntries,
    maxWeight: maxWeight ?? Number.POSITIVE_INFINITY,
    weigh,
    policy,
    isolation,
    clock,
    random: random ?? (() => (clock ?? systemClock).random()),
  }
}
