import type { Draft } from '../contracts/entry.js'
import { draftOf, jittered } from '../entry/lifetime.js'
import type { Plan } from '../options/resolve.js'
import type { Engine } from './engine.js'

/** A value as a plan wants it kept, with the cache's jitter. */
export function draftFor<T>(engine: Engine, value: T, plan: Plan, ttlMs = plan.ttlMs, loadMs = 0): Draft<T> {
  const { clock, defaults } = engine
  const life = { ttlMs: jittered(ttlMs, defaults.jitter, clock.random()), graceMs: plan.graceMs }
  return draftOf(value, plan.tags, life, clock.now(), loadMs)
}
