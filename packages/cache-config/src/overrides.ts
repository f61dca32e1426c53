import { displaced } from './backend-keys.js'
import { literal } from './interpolate.js'
import type { Problems } from './problems.js'
import { isMapping, type Path } from './values.js'

type Env = Readonly<Record<string, string | undefined>>

const PREFIX = 'HOLDFAST_CACHE__'

/**
 * Puts `HOLDFAST_CACHE__BACKENDS__0__REDIS_HOST=...` over the document: `__` goes one level down, a number is a place
 * in a list (the next free one appends), upper and lower case are the same. Values are taken as they are, without `${}`.
 */
export function applyOverrides(document: unknown, env: Env, problems: Problems): unknown {
  const overrides = settings(env)
  let result: unknown = overrides.reduce(displace, document ?? {})
  for (const { variable, path, value } of overrides) {
    problems.comesFrom(path, variable)
    result = put(result, path, value, (why, hint) => problems.addOf(variable, why, hint))
  }
  return result
}

interface Override {
  readonly variable: string
  readonly path: Path
  readonly value: string
}

type Refuse = (why: string, hint?: string) => void

/** In order of their paths, so that list items are appended one after the other. */
function settings(env: Env): Override[] {
  return Object.entries(env)
    .flatMap(([variable, value]) => {
      if (value === undefined || !variable.toUpperCase().startsWith(PREFIX)) return []
      const parts = variable.slice(PREFIX.length).toLowerCase().split('__')
      return [{ variable, path: parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part)), value }]
    })
    .sort((a, b) => a.path.join('/').localeCompare(b.path.join('/'), 'en', { numeric: true }))
}

/** Takes away what the override makes meaningless, before any is put in place: among themselves they may still disagree. */
function displace(document: unknown, { path, value }: Override): unknown {
  const [list, index, key] = path
  const backends = isMapping(document) ? document['backends'] : undefined
  if (list !== 'backends' || typeof index !== 'number' || typeof key !== 'string' || !Array.isArray(backends))
    return document
  const changed = backends.map((backend: unknown, place) =>
    place === index && isMapping(backend) ? displaced(backend, { [key]: value }) : backend,
  )
  return { ...(document as object), backends: changed }
}

function put(target: unknown, path: Path, value: string, refuse: Refuse): unknown {
  const [part, ...rest] = path
  if (part === undefined) return literal(value)
  if (part === '') {
    refuse('an empty name between two underscores')
    return target
  }
  if (typeof part === 'number') return putItem(target, part, rest, value, refuse)
  if (Array.isArray(target)) {
    refuse(`${part} stands where the number of a list item belongs`)
    return target
  }
  const mapping = isMapping(target) ? target : {}
  return { ...mapping, [part]: put(mapping[part], rest, value, refuse) }
}

function putItem(target: unknown, index: number, rest: Path, value: string, refuse: Refuse): unknown {
  const list: unknown[] = Array.isArray(target) ? [...target] : []
  if (isMapping(target) || index > list.length) {
    if (isMapping(target)) refuse(`${index} stands where a name belongs`)
    else refuse(`there is no item ${index}`, `the next one is ${list.length}`)
    return target
  }
  list[index] = put(list[index], rest, value, refuse)
  return list
}
