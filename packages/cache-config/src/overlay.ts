import { displaced, nameOf } from './backend-keys.js'
import { isMapping, type Mapping } from './values.js'

/**
 * Lays one `cache` object over another. Mappings merge, backends merge by their names (new ones go to the end),
 * anything else replaces, and an empty value takes the setting back.
 */
export function overlay(base: unknown, above: unknown): unknown {
  if (above === undefined) return base
  if (!isMapping(base) || !isMapping(above)) return above
  const merged = merge(base, above)
  return { ...merged, ...backendsOf(base['backends'], above['backends']) }
}

function merge(base: Mapping, above: Mapping): Mapping {
  const merged = { ...base }
  for (const [key, value] of Object.entries(above)) {
    const below = merged[key]
    merged[key] = isMapping(below) && isMapping(value) ? merge(below, value) : value
  }
  return merged
}

function backendsOf(base: unknown, above: unknown): { backends?: unknown } {
  if (!Array.isArray(base) || !Array.isArray(above)) return {}
  const backends: unknown[] = [...base]
  for (const backend of above) {
    const index = base.findIndex(
      (candidate) => isMapping(candidate) && isMapping(backend) && nameOf(candidate) === nameOf(backend),
    )
    if (index < 0) backends.push(backend)
    else backends[index] = merge(displaced(backends[index] as Mapping, backend as Mapping), backend as Mapping)
  }
  return { backends }
}
