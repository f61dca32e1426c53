import type { BackendHealth, PatternOptions, Reading } from '../contracts/index.js'
import { withoutCredentials } from '../credentials.js'
import { draftFor } from '../engine/draft-for.js'
import { checkOpen, type Engine, isReading, readMany, readOne } from '../engine/engine.js'
import type { CacheStats } from '../engine/reporter.js'
import { isFresh } from '../entry/judge.js'
import { badInput, CacheError } from '../errors.js'
import type { Handler } from '../layers/lookup.js'
import type { Refresher } from '../layers/refresh.js'
import {
  checkEntries,
  checkFunction,
  checkKey,
  checkKeys,
  checkSignal,
  checkTags,
  NO_TAGS,
} from '../options/arguments.js'
import { type Duration, toMs } from '../options/duration.js'
import type { BatchLoader, GetOrSetOptions, Loader, SetOptions } from '../options/options.js'
import { checkOptions, resolveGetOrSet, resolveSet } from '../options/resolve.js'
import { compileGlob, escapeGlob } from '../pattern/glob.js'
import { abortable } from './abortable.js'
import { getOrLoadMany } from './batch.js'
import { type Explanation, explain } from './explain.js'
import type { GetOrSet } from './get-or-set.js'

/** What `lookup` found. `value` is `undefined` unless something was there. */
export interface Found<T> {
  /** A fresh value is there. */
  readonly hit: boolean
  /** A value is there whose time has passed. */
  readonly stale: boolean
  readonly value: T | undefined
  readonly tags: readonly string[]
  /** Epoch milliseconds, or `undefined` when nothing is there. */
  readonly createdAt: number | undefined
}

export interface CacheHealth {
  /** `degraded`: calls are answered, without the store. */
  readonly status: 'up' | 'degraded' | 'down'
  readonly name: string
  readonly backend: BackendHealth & { readonly name: string }
}

/** The wiring of one cache and the prefix of one namespace in it. Made by `createCache` and `namespace`. */
export interface ServiceParts {
  readonly engine: Engine
  readonly handler: Handler
  readonly refresher: Refresher
  readonly getOrSet: GetOrSet
  readonly prefix: string
  readonly close: () => Promise<void>
}

const TOKEN = Symbol.for('holdfast.CacheService')

/**
 * A cache.
 *
 * A read that starts after `set`, `delete`, `deleteMany`, `deletePattern`, `invalidateTags` or `clear` settled never
 * returns what was there before, on any process that shares the store. While the store cannot be reached, reads miss
 * and `getOrSet` loads; writes and invalidations reject. Every failure is a `CacheError`; what a loader throws is
 * passed on untouched.
 */
export class CacheService {
  /** Lets a container know this class, whichever build of the package it came from. */
  static readonly [TOKEN] = true
  static [Symbol.hasInstance](candidate: unknown): boolean {
    return typeof candidate === 'object' && candidate !== null && TOKEN in candidate
  }
  readonly [TOKEN] = true

  readonly #parts: ServiceParts
  readonly #engine: Engine
  readonly #prefix: string

  /** @internal Use `createCache`. */
  constructor(parts: ServiceParts) {
    this.#parts = parts
    this.#engine = parts.engine
    this.#prefix = parts.prefix
  }

  get name(): string {
    return this.#engine.name
  }

  /** The fresh value, or `undefined`. To tell a stored `undefined` from a miss, use `lookup`. */
  get<T = unknown>(key: string): Promise<T | undefined> {
    try {
      const engine = this.#engine
      const full = this.#full(key, 'get')
      const hit = engine.backend.hit?.(full)
      if (hit !== undefined) {
        engine.reporter.hit(full)
        return hit as Promise<T>
      }
      const reading = readOne(engine, 'get', full, NO_TAGS)
      return isReading(reading)
        ? Promise.resolve(fresh<T>(engine, reading, full))
        : reading.then((answer) => fresh<T>(engine, answer, full))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** What is there, fresh or stale. */
  lookup<T = unknown>(key: string): Promise<Found<T>> {
    return this.#reading('lookup', key, (reading, full): Found<T> => {
      const { reporter, clock } = this.#engine
      if (!reading.present) {
        reporter.miss(full, reading.problem)
        return { hit: false, stale: false, value: undefined, tags: NO_TAGS, createdAt: undefined }
      }
      const hit = isFresh(reading, clock)
      if (hit) reporter.hit(full)
      else reporter.staleHit(full)
      return { hit, stale: !hit, value: reading.value as T, tags: reading.tags, createdAt: reading.createdAt }
    })
  }

  /** Whether a fresh value is there. */
  has(key: string): Promise<boolean> {
    return this.#reading('has', key, (reading) => reading.present && isFresh(reading, this.#engine.clock))
  }

  /** Seconds for which the value is still fresh, `Infinity` when that never ends, `undefined` when none is there. */
  ttl(key: string): Promise<number | undefined> {
    return this.#reading('ttl', key, (reading) =>
      reading.present && isFresh(reading, this.#engine.clock)
        ? Math.max(0, reading.freshUntil - this.#engine.clock.now()) / 1000
        : undefined,
    )
  }

  /** Why the next read hits or misses: what is there, how old, which tags hold, who computes. Counts as no read. */
  async explain(key: string): Promise<Explanation> {
    return explain(this.#engine, this.#full(key, 'explain'))
  }

  /** The fresh value of a backend in process memory, synchronously and without a trace in its statistics. */
  peek<T = unknown>(key: string): T | undefined {
    const full = this.#full(key, 'peek')
    const { backend, clock } = this.#engine
    if (backend.peek === undefined) {
      throw new CacheError('E_UNSUPPORTED', `peek: ${backend.name} cannot answer at once. Use get.`, {
        op: 'peek',
        key,
      })
    }
    const reading = backend.peek(full)
    return reading.present && isFresh(reading, clock) ? (reading.value as T) : undefined
  }

  /** Stores a value. It beats every load of the key that began before. */
  async set(key: string, value: unknown, options?: SetOptions): Promise<void> {
    const full = this.#full(key, 'set')
    const engine = this.#engine
    const plan = options === undefined ? engine.plainPlan : resolveSet(options, engine.plainPlan, 'set')
    engine.flights.sealKeys([full])
    await engine.backend.write(full, draftFor(engine, value, plan))
    engine.flights.sealKeys([full])
    engine.reporter.report({ type: 'set', key: full })
  }

  /** As `set` for each. Not atomic. */
  async setMany(
    entries: Iterable<readonly [string, unknown]> | Readonly<Record<string, unknown>>,
    options?: SetOptions,
  ): Promise<void> {
    checkOpen(this.#engine, 'setMany')
    const engine = this.#engine
    const pairs = checkEntries(entries, 'setMany')
    const plan = options === undefined ? engine.plainPlan : resolveSet(options, engine.plainPlan, 'setMany')
    const drafts = new Map(pairs.map(([key, value]) => [this.#full(key, 'setMany'), draftFor(engine, value, plan)]))
    if (drafts.size === 0) return
    const keys = [...drafts.keys()]
    engine.flights.sealKeys(keys)
    await engine.backend.writeMany(drafts)
    engine.flights.sealKeys(keys)
    for (const key of keys) engine.reporter.report({ type: 'set', key })
  }

  /**
   * The fresh value, or what the loader returns, which is then kept. One loader runs per key among everyone who shares
   * the store; the others wait for its result. A failure of the loader reaches its callers as it was thrown.
   */
  getOrSet<T>(key: string, loader: Loader<T>, options?: GetOrSetOptions): Promise<T> {
    try {
      const full = this.#full(key, 'getOrSet')
      if (typeof loader !== 'function')
        throw badInput('getOrSet: the loader is not a function', 'Write getOrSet(key, () => value)', {
          op: 'getOrSet',
          key,
        })
      return this.#parts.getOrSet.run(full, loader, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The fresh values among these keys. */
  async getMany<T = unknown>(keys: Iterable<string>): Promise<Map<string, T>> {
    const names = this.#names(keys, 'getMany')
    const { reporter, clock } = this.#engine
    const readings = await readMany(
      this.#engine,
      'getMany',
      names.map((name) => this.#prefix + name),
      NO_TAGS,
    )
    const found = new Map<string, T>()
    readings.forEach((reading, index) => {
      const name = names[index] as string
      if (reading.present && isFresh(reading, clock)) {
        reporter.hit(this.#prefix + name)
        found.set(name, reading.value as T)
      } else {
        reporter.miss(this.#prefix + name, reading.present ? undefined : reading.problem)
      }
    })
    return found
  }

  /**
   * As `getOrSet` for many keys, with one call of the loader for all that this caller has to load. Keys the loader
   * leaves out are missing from the result and are not kept.
   */
  async getOrSetMany<T>(
    keys: Iterable<string>,
    loader: BatchLoader<T>,
    options?: GetOrSetOptions,
  ): Promise<Map<string, T>> {
    const names = this.#names(keys, 'getOrSetMany')
    const engine = this.#engine
    if (typeof loader !== 'function')
      throw badInput('getOrSetMany: the loader is not a function', 'Write getOrSetMany(keys, (missing) => map)', {
        op: 'getOrSetMany',
      })
    const plan = options === undefined ? engine.plainPlan : resolveGetOrSet(options, engine.plainPlan, 'getOrSetMany')
    return abortable(
      getOrLoadMany({ ...this.#parts, prefix: this.#prefix, plan }, names, loader),
      plan.signal,
      'getOrSetMany',
    )
  }

  /** Removes a key. True when a value was there. No load that began before can bring the old value back. */
  async delete(key: string): Promise<boolean> {
    checkKey(key, 'delete')
    return (await this.#remove([key], 'delete')) > 0
  }

  /** As `delete` for each; counts the values that were there. */
  async deleteMany(keys: Iterable<string>): Promise<number> {
    return this.#remove(this.#names(keys, 'deleteMany'), 'deleteMany')
  }

  /** Removes every key that matches (`*`, `?`, `[...]`, `\` escapes) and counts the values that were there. */
  async deletePattern(glob: string, options: PatternOptions = {}): Promise<number> {
    checkOpen(this.#engine, 'deletePattern')
    if (typeof glob !== 'string' || glob === '' || !glob.isWellFormed()) {
      throw badInput('deletePattern: the pattern is not a non-empty string', "Write a glob such as 'user:*'", {
        op: 'deletePattern',
      })
    }
    checkOptions(options, ['signal', 'onProgress'], 'deletePattern')
    checkSignal(options.signal, 'deletePattern')
    checkFunction(options.onProgress, 'deletePattern: onProgress')
    const { flights, backend, reporter } = this.#engine
    const full = escapeGlob(this.#prefix) + glob
    const matches = compileGlob(full)
    flights.sealWhere(matches)
    const count = await backend.removePattern(full, options)
    flights.sealWhere(matches)
    reporter.report({ type: 'removed', what: 'pattern', count })
    return count
  }

  /**
   * Makes every value that carries one of these tags invalid, in this cache and all its namespaces, and refuses the
   * result of every load that carries one and is still running.
   */
  async invalidateTags(tags: readonly string[]): Promise<void> {
    checkOpen(this.#engine, 'invalidateTags')
    const list = checkTags(tags, 'invalidateTags')
    if (list.length === 0) return
    const { flights, backend, reporter } = this.#engine
    flights.sealTags(list)
    await backend.invalidateTags(list)
    flights.sealTags(list)
    reporter.report({ type: 'tags-invalidated', tags: list })
  }

  /**
   * Makes a value stale: it may still be served within its grace, while or because it cannot be loaded anew; without
   * grace it is gone. To never see it again, `delete`. True when a value was there.
   */
  async expire(key: string): Promise<boolean> {
    const full = this.#full(key, 'expire')
    const { flights, backend, reporter, clock } = this.#engine
    flights.sealKeys([full])
    const count = await backend.expire([full], clock.now())
    flights.sealKeys([full])
    reporter.report({ type: 'expired', count })
    return count > 0
  }

  /** As `expire` for every value that carries one of these tags. To never see them again, `invalidateTags`. */
  async expireTags(tags: readonly string[]): Promise<void> {
    checkOpen(this.#engine, 'expireTags')
    const list = checkTags(tags, 'expireTags')
    if (list.length === 0) return
    const { flights, backend, reporter } = this.#engine
    flights.sealTags(list)
    await backend.expireTags(list)
    flights.sealTags(list)
    reporter.report({ type: 'tags-expired', tags: list })
  }

  /** Empties the cache, or what of it lies in this namespace. */
  async clear(): Promise<void> {
    checkOpen(this.#engine, 'clear')
    const { flights, backend, reporter } = this.#engine
    const within = (key: string): boolean => key.startsWith(this.#prefix)
    flights.sealWhere(within)
    await backend.clear(this.#prefix)
    flights.sealWhere(within)
    reporter.report({ type: 'removed', what: 'all', count: 0 })
  }

  /** The same cache with `prefix:` before every key. Tags, statistics, health and lifetime are the whole cache's. */
  namespace(prefix: string): CacheService {
    checkKey(prefix, 'namespace')
    return new CacheService({ ...this.#parts, prefix: `${this.#prefix}${prefix}:`, close: () => Promise.resolve() })
  }

  /** Gives a value that is there a new lifetime from now. False when none is there. */
  async touch(key: string, ttl: Duration): Promise<boolean> {
    const full = this.#full(key, 'touch')
    const { backend, clock, plainPlan } = this.#engine
    const freshUntil = clock.now() + toMs(ttl, 'ttl')
    return backend.touch(full, freshUntil, freshUntil + plainPlan.graceMs)
  }

  /** Never rejects. */
  async health(): Promise<CacheHealth> {
    const { backend, name, closed } = this.#engine
    const health = closed
      ? ({ status: 'down', detail: { reason: 'closed' } } as const)
      : await (async () => backend.health())().catch(
          (error: unknown) => ({ status: 'down', detail: { message: withoutCredentials(String(error)) } }) as const,
        )
    const status = health.status === 'up' ? 'up' : closed ? 'down' : 'degraded'
    return { status, name, backend: { name: backend.name, ...health } }
  }

  /** Counters of this process since the cache was created. */
  stats(): CacheStats {
    return this.#engine.reporter.stats()
  }

  /**
   * Waits for what runs in the background, then closes the backend if no other cache uses it. Idempotent. On a
   * namespace it does nothing: close the cache itself.
   */
  close(): Promise<void> {
    return this.#parts.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #full(key: string, op: string): string {
    checkOpen(this.#engine, op)
    checkKey(key, op)
    return this.#prefix === '' ? key : this.#prefix + key
  }

  #names(keys: Iterable<string>, op: string): readonly string[] {
    checkOpen(this.#engine, op)
    return checkKeys(keys, op)
  }

  async #reading<R>(op: string, key: string, judge: (reading: Reading, full: string) => R): Promise<R> {
    const full = this.#full(key, op)
    return judge(await readOne(this.#engine, op, full, NO_TAGS), full)
  }

  async #remove(names: readonly string[], op: string): Promise<number> {
    checkOpen(this.#engine, op)
    if (names.length === 0) return 0
    const { flights, backend, reporter } = this.#engine
    const keys = names.map((name) => this.#prefix + name)
    flights.sealKeys(keys)
    const count = await backend.remove(keys)
    flights.sealKeys(keys)
    reporter.report({ type: 'removed', what: 'keys', count })
    return count
  }
}

/** The value if it is fresh. Counts. */
function fresh<T>({ reporter, clock }: Engine, reading: Reading, key: string): T | undefined {
  if (reading.present && isFresh(reading, clock)) {
    reporter.hit(key)
    return reading.value as T
  }
  reporter.miss(key, reading.present ? undefined : reading.problem)
  return undefined
}
