import { autoCodec } from '@holdfast/cache-core'

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

/** A copy of its own: what Redis would have given back. Throws `E_SERIALIZE` for what cannot be copied faithfully. */
export function share<T>(value: T): T {
  if (isPrimitive(value)) return value
  const { bytes, format } = autoCodec.encode(value)
  return autoCodec.decode(bytes, format) as T
}

const isPrimitive = (value: unknown): boolean =>
  (typeof value !== 'object' && typeof value !== 'function') || value === null

function deepFreeze<T>(value: T, seen = new Set<unknown>()): T {
  // Bytes cannot be frozen; they are at least a copy.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || seen.has(value)) return value
  seen.add(value)
  Object.freeze(value)
  for (const item of Object.values(value)) deepFreeze(item, seen)
  return value
}
