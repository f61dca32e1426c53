import { badInput } from '@holdfast/cache-core'

export type Weigh = (value: unknown, key: string) => number

/** A weight that can be added up. Throws `E_CONFIG` for anything else. */
export function weighed(weigh: Weigh, value: unknown, key: string): number {
  const weight = weigh(value, key)
  if (typeof weight === 'number' && weight >= 0 && weight < Number.POSITIVE_INFINITY) return weight
  throw badInput(`weigh returned ${String(weight)}`, 'Return a finite number that is not negative', { key })
}
