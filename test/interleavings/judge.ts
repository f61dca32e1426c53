import { type CacheEvent, isCacheError } from '@holdfast/cache-core'
import {
  invalidated,
  isExpiry,
  isLoad,
  KEYS,
  type Key,
  type Operation,
  type Program,
  written,
  writtenProgram,
} from './operations.js'

export interface Value {
  readonly key: Key
  readonly version: number
}

type Versions = Record<Key, number>

/** What an operation must not fall behind, as it stood when it began. */
export interface Beginning {
  readonly operation: Operation
  readonly floor: Versions
  readonly freshFloor: Versions
  /** The versions that its own invalidation leaves in the database. */
  readonly versions: Versions
}

/** A promise was broken. */
class Violation extends Error {}

/** Knows the database and every promise, and throws when one is broken. */
export class Judge {
  readonly #program: Program
  readonly #anyFails: boolean
  readonly #touches: boolean
  readonly #events: CacheEvent[] = []
  readonly database: Versions = { a: 1, b: 1, c: 1 }
  /** Below these no read that begins now may fall. */
  readonly #floor: Versions = { a: 1, b: 1, c: 1 }
  /** As above, for reads that serve only what is fresh. */
  readonly #freshFloor: Versions = { a: 1, b: 1, c: 1 }

  constructor(program: Program) {
    this.#program = program
    this.#anyFails = program.operations.some((operation) => isLoad(operation) && operation.fails)
    this.#touches = program.operations.some(({ verb }) => verb === 'touch')
  }

  readonly recorder = { record: (event: CacheEvent): void => void this.#events.push(event) }

  begin(operation: Operation): Beginning {
    for (const key of invalidated(operation)) this.database[key]++
    return {
      operation,
      floor: { ...this.#floor },
      freshFloor: { ...this.#freshFloor },
      versions: { ...this.database },
    }
  }

  /** The invalidation settled: from now on nobody may see what was there before. */
  invalidationSettled({ operation, versions }: Beginning): void {
    for (const key of invalidated(operation)) {
      // A touch gives what has expired another life.
      if (!isExpiry(operation) || !this.#touches) this.#freshFloor[key] = Math.max(this.#freshFloor[key], versions[key])
      if (!isExpiry(operation)) this.#floor[key] = Math.max(this.#floor[key], versions[key])
    }
  }

  found({ operation, floor, freshFloor }: Beginning, key: Key, value: Value | undefined): void {
    if (value === undefined) return
    if (value.key !== key) this.fail(`${key} was answered with the value of ${value.key}`)
    if (value.version < floor[key])
      this.fail(`${written(operation)} gave version ${value.version} of ${key}; ${floor[key]} was there when it began`)
    // What is stale may be served while it is loaded anew, or because that failed.
    const mayBeStale = isLoad(operation) && (operation.swr || this.#anyFails)
    if (!mayBeStale && value.version < freshFloor[key])
      this.fail(`${written(operation)} gave version ${value.version} of ${key}, which had expired when it began`)
  }

  /** What is there in the end. */
  left(key: Key, value: Value | undefined, stale: boolean): void {
    const least = stale ? this.#floor[key] : this.#freshFloor[key]
    if (value !== undefined && value.version < least)
      this.fail(`version ${value.version} of ${key} is left${stale ? ', stale' : ''}; ${least} had been there`)
  }

  rejected({ verb }: Operation, error: unknown, ofLoader: unknown): void {
    if (error instanceof Violation) throw error
    const ofStore = this.#program.faults !== undefined && isCacheError(error)
    const expected = verb.startsWith('get') ? this.#anyFails && error === ofLoader : ofStore
    if (!expected) this.fail(`${verb} was rejected: ${String(error)}`)
  }

  /** One load per key, and one more for everything that can make one necessary. */
  loads(instants: number): void {
    for (const key of KEYS) {
      const count = (type: CacheEvent['type']): number =>
        this.#events.filter((event) => event.type === type && 'key' in event && event.key === key).length
      const reasons = this.#program.operations.reduce((sum, operation) => sum + reloads(operation, instants), 0)
      const faults = 2 * (this.#program.faults?.length ?? 0)
      const allowed = 1 + reasons + count('load-failed') + count('wait-ended') + faults
      if (count('load') > allowed) this.fail(`${key} was loaded ${count('load')} times, ${allowed} were allowed`)
    }
  }

  fail(message: string): never {
    throw new Violation(`${message}\nin ${writtenProgram(this.#program)}`)
  }
}

/** How many further loads of one key an operation can make necessary. */
function reloads(operation: Operation, instants: number): number {
  switch (operation.verb) {
    // A value may expire and a lease may lapse.
    case 'advance':
      return 2
    case 'clear':
    case 'deletePattern':
    case 'invalidateTags':
    case 'expireTags':
      return instants
    case 'delete':
    case 'deleteMany':
    case 'expire':
      return 1
    default:
      return 0
  }
}
