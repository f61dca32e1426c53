export const KEYS = ['a', 'b', 'c'] as const
export type Key = (typeof KEYS)[number]
export type Tag = 't' | 'u'
export type Process = 'A' | 'B'

/** A value carries the tags of its key, whoever stores it. */
export const TAGS_OF: Readonly<Record<Key, readonly Tag[]>> = { a: ['t'], b: [], c: ['t', 'u'] }

/** How a loader of an operation behaves. */
export interface Loading {
  /** Names its tags only at its end. */
  readonly late?: boolean
  readonly fails?: boolean
  /** Serves what is stale and loads behind the reader's back. */
  readonly swr?: boolean
}

/** One call of one process, or the passing of time. */
export type Operation =
  | ({ readonly verb: 'getOrSet'; readonly by: Process; readonly key: Key } & Loading)
  | ({ readonly verb: 'getOrSetMany'; readonly by: Process; readonly keys: readonly Key[] } & Loading)
  | { readonly verb: 'get' | 'set' | 'delete' | 'expire' | 'touch'; readonly by: Process; readonly key: Key }
  | { readonly verb: 'invalidateTags' | 'expireTags'; readonly by: Process; readonly tag: Tag }
  | { readonly verb: 'getMany' | 'deleteMany'; readonly by: Process; readonly keys: readonly Key[] }
  | { readonly verb: 'deletePattern' | 'clear'; readonly by: Process }
  | { readonly verb: 'advance'; readonly seconds: number }

export interface Program {
  /** Concurrent: each begins at its turn. */
  readonly operations: readonly Operation[]
  /** What is stored under every key when they begin. @default nothing */
  readonly before?: 'fresh' | 'stale' | undefined
  /** Seconds for which stale values are kept. */
  readonly grace?: number | undefined
  readonly faults?: readonly Fault[]
}

/** What goes wrong with the n-th call of a backend: it does not happen, or nobody hears of it. */
export interface Fault {
  readonly call: number
  readonly what: 'refused' | 'answer-lost'
}

/** Seconds. Every value lives as long, and every loader that died is given up after as long. */
export const TTL = 10
export const LEASE = 3

/** The keys whose values an operation makes old. */
export function invalidated(operation: Operation): readonly Key[] {
  switch (operation.verb) {
    case 'set':
    case 'delete':
    case 'expire':
      return [operation.key]
    case 'invalidateTags':
    case 'expireTags':
      return KEYS.filter((key) => TAGS_OF[key].includes(operation.tag))
    case 'deleteMany':
      return operation.keys
    case 'deletePattern':
    case 'clear':
      return KEYS
    default:
      return []
  }
}

/** After these a value may still be served as stale. */
export const isExpiry = ({ verb }: Operation): boolean => verb === 'expire' || verb === 'expireTags'

export const isLoad = (operation: Operation): operation is Operation & Loading =>
  operation.verb === 'getOrSet' || operation.verb === 'getOrSetMany'

/** An operation as a person would write it: `A.getOrSet(a, late, fails)`. */
export function written(operation: Operation): string {
  if (operation.verb === 'advance') return `${operation.seconds} seconds pass`
  const { by, verb, ...rest } = operation
  const words = Object.entries(rest).flatMap(([name, value]) =>
    value === true ? [name] : value === false || value === undefined ? [] : [String(value)],
  )
  return `${by}.${verb}(${words.join(', ')})`
}

export const writtenProgram = ({ operations, before, grace, faults = [] }: Program): string =>
  [
    ...(before === undefined ? [] : [`${before} values`]),
    ...(grace === undefined ? [] : [`grace ${grace}`]),
    ...faults.map(({ call, what }) => `call ${call + 1} ${what}`),
    ...operations.map((operation, index) => `${index + 1} ${written(operation)}`),
  ].join('; ')
