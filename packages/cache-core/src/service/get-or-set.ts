import type { Entry, Reading } from '../contracts/entry.js'
import { type Engine, isReading, readOne } from '../engine/engine.js'
import { isEarly } from '../entry/early.js'
import { isFresh } from '../entry/judge.js'
import type { Handler, Lookup } from '../layers/lookup.js'
import type { Refresher } from '../layers/refresh.js'
import type { GetOrSetOptions, Loader } from '../options/options.js'
import { type Plan, resolveGetOrSet } from '../options/resolve.js'
import { abortable } from './abortable.js'

/** Reads, and searches on only for what is not fresh. A hit in process memory makes one promise, or none, and no closure. */
export class GetOrSet {
  readonly #engine: Engine
  readonly #handler: Handler
  readonly #refresher: Refresher
  readonly #early: boolean

  constructor(engine: Engine, handler: Handler, refresher: Refresher) {
    this.#engine = engine
    this.#handler = handler
    this.#refresher = refresher
    this.#early = engine.defaults.earlyRefresh > 0
  }

  run<T>(key: string, loader: Loader<T>, options: GetOrSetOptions | undefined): Promise<T> {
    const { plainPlan, backend, reporter } = this.#engine
    const plan = options === undefined ? plainPlan : resolveGetOrSet(options, plainPlan, 'getOrSet')
    if (backend.hit !== undefined && plan.signal === undefined && !this.#early) {
      const hit = backend.hit(key)
      if (hit !== undefined) {
        reporter.hit(key)
        return hit as Promise<T>
      }
    }
    return abortable(this.#read(key, loader, plan), plan.signal, 'getOrSet', key)
  }

  #read<T>(key: string, loader: Loader<T>, plan: Plan): Promise<T> {
    const reading = readOne(this.#engine, 'getOrSet', key, plan.tags)
    return isReading(reading)
      ? this.#judge(reading, key, loader, plan)
      : reading.then((answer) => this.#judge(answer, key, loader, plan))
  }

  #judge<T>(reading: Reading, key: string, loader: Loader<T>, plan: Plan): Promise<T> {
    const { clock, reporter } = this.#engine
    if (reading.present && isFresh(reading, clock)) {
      reporter.hit(key)
      if (this.#early) this.#refreshEarly(reading, key, loader, plan)
      return Promise.resolve(reading.value as T)
    }
    if (reading.present) reporter.staleHit(key)
    else reporter.miss(key, reading.problem)
    const lookup = this.#lookup(reading, key, loader, plan)
    if (reading.present && lookup.since < reading.freshUntil + plan.staleWhileRevalidateMs) {
      this.#refresher.start(lookup, 'stale')
      return Promise.resolve(reading.value as T)
    }
    return this.#handler(lookup).then((outcome) => (outcome as { value: T }).value)
  }

  #refreshEarly<T>(entry: Entry, key: string, loader: Loader<T>, plan: Plan): void {
    const { clock, defaults } = this.#engine
    if (isEarly(entry, clock.now(), defaults.earlyRefresh, clock.random()))
      this.#refresher.start(this.#lookup(entry, key, loader, plan), 'early')
  }

  #lookup<T>(reading: Reading, key: string, loader: Loader<T>, plan: Plan): Lookup<T> {
    const since = this.#engine.clock.now()
    return { key, plan, loader, reading, since, deadline: since + this.#engine.defaults.maxWaitMs }
  }
}
