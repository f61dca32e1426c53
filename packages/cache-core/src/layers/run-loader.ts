import { isPromise } from '../contracts/backend.js'
import type { Draft } from '../contracts/entry.js'
import { draftFor } from '../engine/draft-for.js'
import type { Engine } from '../engine/engine.js'
import type { RunningLoad } from '../engine/running-load.js'
import { badInput } from '../errors.js'
import { type Plan, resolveSet } from '../options/resolve.js'
import { LoadFailed } from './load-failed.js'
import type { Lookup } from './lookup.js'

/** What a loader returned, and what is to be kept of it: nothing when it said `skip`. */
export interface Loaded<T> {
  readonly value: T
  readonly draft: Draft<T> | undefined
}

/** Collects what a loader says about its result while it runs. */
export class Adaptive {
  plan: Plan
  skipped = false

  constructor(plan: Plan) {
    this.plan = plan
  }

  readonly setOptions = (options: Parameters<typeof resolveSet>[0]): void => {
    this.plan = resolveSet(options, this.plan, 'setOptions')
  }

  readonly skip = (): void => {
    this.skipped = true
  }

  draft<T>(engine: Engine, value: T, loadMs: number): Draft<T> | undefined {
    if (this.skipped) return undefined
    const { plan } = this
    const empty = value === null || value === undefined
    const ttlMs = empty && plan.negativeTtlMs !== undefined ? plan.negativeTtlMs : plan.ttlMs
    return draftFor(engine, value, plan, ttlMs, loadMs)
  }
}

/** Runs the caller's loader once and times it. Rejects with `LoadFailed`. */
export async function runLoader<T>(engine: Engine, lookup: Lookup<T>, run: RunningLoad): Promise<Loaded<T>> {
  const { key, reading } = lookup
  const adaptive = new Adaptive(lookup.plan)
  const started = engine.clock.now()
  engine.reporter.report({ type: 'load', key })
  const stale = reading.present ? (reading.value as T) : undefined
  const notModified = (): T => {
    if (!reading.present)
      throw badInput('notModified: there is no stale value', 'Return a value, or look at stale first', {
        op: 'getOrSet',
        key,
      })
    return stale as T
  }
  let value: T
  try {
    const loading = lookup.loader({
      key,
      get signal() {
        return run.signal
      },
      stale,
      setOptions: adaptive.setOptions,
      skip: adaptive.skip,
      notModified,
    })
    value = isPromise(loading) ? await run.result(engine.clock, engine.defaults.maxLoadMs, loading) : loading
  } catch (error) {
    engine.reporter.report({ type: 'load-failed', key, error })
    throw new LoadFailed(error)
  }
  const loadMs = Math.max(0, engine.clock.now() - started)
  engine.reporter.report({ type: 'loaded', key, loadMs })
  return { value, draft: adaptive.draft(engine, value, loadMs) }
}
