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
  destinations(base, above).forEach((to, from) => {
    const backend: unknown = above[from]
    backends[to] =
      to < base.length ? merge(displaced(backends[to] as Mapping, backend as Mapping), backend as Mapping) : backend
  })
  return { backends }
}

/** Where each backend that lies above ends up in the merged list. */
function destinations(base: readonly unknown[], above: readonly unknown[]): number[] {
  let next = base.length
  return above.map((backend) => {
    const index = base.findIndex(
      (candidate) => isMapping(candidate) && isMapping(backend) && nameOf(candidate) === nameOf(backend),
    )
    return index < 0 ? next++ : index
  })
}

/** Where a backend of the merged list stands in the document above; -1 if it is not there. */
export function placeAbove(base: unknown, above: unknown, merged: number): number {
  const list = (document: unknown): unknown => (isMapping(document) ? document['backends'] : undefined)
  const [below, over] = [list(base), list(above)]
  if (!Array.isArray(over)) return -1
  return Array.isArray(below) ? destinations(below, over).lastIndexOf(merged) : merged
}
