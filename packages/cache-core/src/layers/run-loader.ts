import { isPromise } from '../contracts/backend.js'
import type { Draft, Reading } from '../contracts/entry.js'
import { draftFor } from '../engine/draft-for.js'
import type { Engine } from '../engine/engine.js'
import type { RunningLoad } from '../engine/running-load.js'
import { badInput } from '../errors.js'
import type { LoadContext, SetOptions } from '../options/options.js'
import { type Plan, resolveSet } from '../options/resolve.js'
import { LoadFailed } from './load-failed.js'
import type { Lookup } from './lookup.js'

/** What a loader returned, and what is to be kept of it: nothing when it said `skip`. */
export interface Loaded<T> {
  readonly value: T
  readonly draft: Draft<T> | undefined
}

/** What a loader is given, and what it said about its result. Functions are made when they are asked for: few loaders do. */
class Context<T> implements LoadContext<T> {
  readonly key: string
  readonly #reading: Reading
  readonly #run: RunningLoad
  #plan: Plan
  #skipped = false

  constructor({ key, plan, reading }: Lookup<T>, run: RunningLoad) {
    this.key = key
    this.#reading = reading
    this.#run = run
    this.#plan = plan
  }

  get signal(): AbortSignal {
    return this.#run.signal
  }

  get stale(): T | undefined {
    return this.#reading.present ? (this.#reading.value as T) : undefined
  }

  get setOptions() {
    return (options: SetOptions): void => {
      this.#plan = resolveSet(options, this.#plan, 'setOptions')
    }
  }

  get skip() {
    return (): void => {
      this.#skipped = true
    }
  }

  get notModified() {
    return (): T => {
      if (this.#reading.present) return this.#reading.value as T
      throw badInput('notModified: there is no stale value', 'Return a value, or look at stale first', {
        op: 'getOrSet',
        key: this.key,
      })
    }
  }

  draft(engine: Engine, value: T, loadMs: number): Draft<T> | undefined {
    if (this.#skipped) return undefined
    const plan = this.#plan
    const empty = value === null || value === undefined
    const ttlMs = empty && plan.negativeTtlMs !== undefined ? plan.negativeTtlMs : plan.ttlMs
    return draftFor(engine, value, plan, ttlMs, loadMs)
  }
}

/** Runs the caller's loader once and times it. Rejects with `LoadFailed`. */
export async function runLoader<T>(engine: Engine, lookup: Lookup<T>, run: RunningLoad): Promise<Loaded<T>> {
  const { key } = lookup
  const context = new Context(lookup, run)
  const started = engine.clock.now()
  engine.reporter.report({ type: 'load', key })
  let value: T
  try {
    const loading = lookup.loader(context)
    value = isPromise(loading) ? await run.result(engine.clock, engine.defaults.maxLoadMs, loading) : loading
  } catch (error) {
    engine.reporter.report({ type: 'load-failed', key, error })
    throw new LoadFailed(error)
  }
  const loadMs = Math.max(0, engine.clock.now() - started)
  engine.reporter.report({ type: 'loaded', key, loadMs })
  return { value, draft: context.draft(engine, value, loadMs) }
}
