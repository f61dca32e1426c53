import { CacheError } from '@holdfast/cache-core'

/**
 * What keeps one caller's changes to a value from the others: nothing (`reference`), a deeply frozen copy that all
 * share (`freeze`), or a copy for each reader (`clone`).
 */
export type Isolation = 'reference' | 'clone' | 'freeze'

/** A value as it is kept. */
export function isolate(value: unknown, isolation: Isolation): unknown {
  if (isolation === 'reference' || isPrimitive(value)) return value
  const copy = share(value)
  return isolation === 'freeze' ? deepFreeze(copy) : copy
}

/** A copy of its own. */
export function share<T>(value: T): T {
  if (isPrimitive(value)) return value
  try {
    return structuredClone(value)
  } catch (cause) {
    throw new CacheError(
      'E_SERIALIZE',
      `The value cannot be copied: ${cause instanceof Error ? cause.message : String(cause)}. Store plain data, or use isolation 'reference'.`,
      { cause },
    )
  }
}

const isPrimitive = (value: unknown): boolean => typeof value !== 'object' && typeof value !== 'function' ? true : value === null

function deepFreeze<T>(value: T, seen = new Set<unknown>()): T {
  // Bytes cannot be frozen; they are at least a copy.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return value
  seen.add(value)
  Object.freeze(value)
  for (const item of Object.values(value)) deepFreeze(item, seen)
  return value
}
