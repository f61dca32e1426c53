import { badInput, type Clock } from '@holdfast/cache-core'
import type { Isolation } from './isolation.js'

export interface MemoryOptions {
  /** More entries than this are never held; the least recently used goes first. @default 10_000 */
  readonly maxEntries?: number
  /** The weights of all entries never add up to more than this. Needs `weigh`. @default no bound */
  readonly maxWeight?: number
  /** The weight of an entry, in whatever unit `maxWeight` has: a finite number, not negative. */
  readonly weigh?: (value: unknown, key: string) => number
  /** @default 'reference' */
  readonly isolation?: Isolation
  readonly clock?: Clock
}

interface CheckedMemoryOptions {
  readonly maxEntries: number
  readonly maxWeight: number
  readonly weigh: ((value: unknown, key: string) => number) | undefined
  readonly isolation: Isolation
  readonly clock: Clock | undefined
}

const KNOWN = ['maxEntries', 'maxWeight', 'weigh', 'isolation', 'clock']

export function checkMemoryOptions(options: MemoryOptions): CheckedMemoryOptions {
  if (options === null || typeof options !== 'object')
    throw badInput('MemoryBackend: the options are not an object', `Known are ${KNOWN.join(', ')}`)
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name))
      throw badInput(`MemoryBackend: unknown option ${JSON.stringify(name)}`, `Known are ${KNOWN.join(', ')}`)
  }
  const { maxEntries = 10_000, maxWeight, weigh, isolation = 'reference', clock } = options
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1)
    throw badInput(`maxEntries is ${String(maxEntries)}`, 'Write a whole number of at least 1')
  if (maxWeight !== undefined && !(typeof maxWeight === 'number' && maxWeight > 0))
    throw badInput(`maxWeight is ${String(maxWeight)}`, 'Write a positive number')
  if (maxWeight !== undefined && typeof weigh !== 'function')
    throw badInput('maxWeight is given without weigh', 'Give weigh: (value, key) => number')
  if (!['reference', 'clone', 'freeze'].includes(isolation))
    throw badInput(`isolation is ${JSON.stringify(isolation)}`, "Write 'reference', 'clone' or 'freeze'")
  return { maxEntries, maxWeight: maxWeight ?? Number.POSITIVE_INFINITY, weigh, isolation, clock }
}
