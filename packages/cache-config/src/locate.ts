import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Pair } from 'yaml'
import { toSnake } from './naming.js'
import type { Place } from './problems.js'
import type { Path } from './values.js'

export interface Located {
  readonly place: Place
  /** How many steps of the path the file has; where it ends, the place is that of the last one. */
  readonly depth: number
}

interface Found {
  /** Where it begins, as an offset. Nothing where nothing is written. */
  readonly at: number | undefined
  readonly node: unknown
}

/** Merge keys may lead in circles. */
const MAX_DEPTH = 16

/** Where a setting below the key `cache` of a file stands. */
export function locateIn(file: string, document: Document, lines: LineCounter, path: Path): Located {
  let depth = 0
  let at: number | undefined
  let node: unknown = document.contents
  for (const part of ['cache', ...path]) {
    const found = step(document, node, part, 0)
    if (found === undefined) break
    depth++
    at = found.at ?? at
    node = found.node
  }
  if (at === undefined) return { place: { file }, depth }
  const { line, col } = lines.linePos(at)
  return { place: { file, line, column: col }, depth }
}

function step(document: Document, from: unknown, part: string | number, merges: number): Found | undefined {
  const node = resolved(document, from)
  if (isSeq(node) && typeof part === 'number') {
    if (part < 0 || part >= node.items.length) return undefined
    const item = node.items[part] as { readonly range?: readonly number[] } | null
    return { at: item?.range?.[0], node: item }
  }
  if (!isMap(node) || typeof part !== 'string' || merges > MAX_DEPTH) return undefined
  // Of two, JSON takes the last one.
  const own = node.items.findLast((pair) => nameOf(pair) === part)
  if (own !== undefined) return { at: isScalar(own.key) ? own.key.range?.[0] : undefined, node: own.value }
  for (const pair of node.items.filter(isMerge)) {
    const sources = resolved(document, pair.value)
    for (const source of isSeq(sources) ? sources.items : [sources]) {
      const found = step(document, source, part, merges + 1)
      if (found !== undefined) return found
    }
  }
  return undefined
}

const resolved = (document: Document, node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)

const isMerge = ({ key }: Pair<unknown, unknown>): boolean => isScalar(key) && key.source === '<<'

const nameOf = (pair: Pair<unknown, unknown>): string | undefined =>
  isScalar(pair.key) && !isMerge(pair) ? toSnake(String(pair.key.value)) : undefined
