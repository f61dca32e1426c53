import { nameOf, ownerOf, SAID_BY_URL } from './backend-keys.js'
import type { Problems } from './problems.js'
import { backendSchema } from './schema.js'
import { isMapping, type Mapping } from './values.js'

/** What no field shows alone. Looks at documents that may be wrong elsewhere, so that everything is said at once. */
export function crossCheck(document: unknown, problems: Problems): void {
  const backends = isMapping(document) ? document['backends'] : undefined
  if (!Array.isArray(backends)) return
  let chosen: number | undefined
  backends.forEach((backend: unknown, index) => {
    if (!isMapping(backend)) return
    const path = ['backends', index]
    if (backend['default'] === true) {
      if (chosen !== undefined)
        problems.add([...path, 'default'], `backends[${chosen}] is the default already`, 'only one can be')
      chosen ??= index
    }
    checkKeys(backend, path, problems)
    const twin = backends.findIndex((other) => nameOf(other) === nameOf(backend))
    if (twin < index) problems.add([...path, 'name'], `${nameShown(backend)} is the name of backends[${twin}] already`)
    const place = placeOf(backend)
    const neighbour =
      place === undefined ? index : backends.findIndex((other) => isMapping(other) && placeOf(other) === place)
    if (neighbour < index && twin >= index) {
      const key = problems.spell('key_prefix')
      problems.add(
        [...path, 'key_prefix'],
        `same Redis and same prefix as backends[${neighbour}]`,
        `named backends must be really separate, give each its own ${key}`,
      )
    }
  })
}

function checkKeys(backend: Mapping, path: readonly (string | number)[], problems: Problems): void {
  const type = backend['type'] ?? 'memory'
  for (const key of Object.keys(backend)) {
    const owner = ownerOf(key)
    if (owner !== undefined && owner !== type && (type === 'memory' || type === 'redis') && isKnown(key)) {
      problems.add(
        [...path, key],
        `is for backends of type ${owner}; this one is of type ${type}${backend['type'] === undefined ? ' because none is given' : ''}`,
      )
    }
  }
  for (const { by, instead, remedy } of SAID_BY) {
    if (backend[by] === undefined) continue
    for (const key of instead) {
      if (backend[key] !== undefined) problems.add([...path, key], `${problems.spell(by)} is given as well`, remedy)
    }
    return
  }
}

/** What says where the server is, and what it leaves nothing to say for. */
const SAID_BY = [
  {
    by: 'redis_url',
    instead: SAID_BY_URL,
    remedy: 'write it into the URL, or give the single settings alone',
  },
  {
    by: 'redis_cluster',
    instead: ['redis_host', 'redis_port', 'redis_db', 'redis_sentinel'],
    remedy: 'a cluster has its servers in one list, and one database',
  },
  {
    by: 'redis_sentinel',
    instead: ['redis_host', 'redis_port'],
    remedy: 'the sentinels say where the server is',
  },
] as const

const nameShown = (backend: Mapping): string => {
  const name = nameOf(backend)
  return typeof name === 'string' ? JSON.stringify(name.slice(0, 64)) : 'this'
}

/** A misspelt key is told as such. */
const isKnown = (key: string): boolean => Object.hasOwn(backendSchema.shape, key)

/** Where in which Redis a backend keeps its entries, or `undefined` when that is in its own memory. */
function placeOf(backend: Mapping): string | undefined {
  if (backend['type'] !== 'redis') return undefined
  const group = backend['redis_cluster'] ?? backend['redis_sentinel']
  if (group !== undefined)
    return JSON.stringify([group, backend['redis_db'] ?? 0, backend['key_prefix'] ?? nameOf(backend)])
  const url = backend['redis_url']
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined
  const host = parsed === undefined ? (backend['redis_host'] ?? 'localhost') : parsed.hostname || 'localhost'
  const port = parsed === undefined ? (backend['redis_port'] ?? 6379) : parsed.port || 6379
  const db = backend['redis_db'] ?? (parsed?.pathname.slice(1) || 0)
  return JSON.stringify([
    String(host).toLowerCase(),
    String(port),
    String(db),
    backend['key_prefix'] ?? nameOf(backend),
  ])
}
