import { badInput } from '../errors.js'
import { checkSignal, checkTags, NO_TAGS } from './arguments.js'
import { type Duration, toMs } from './duration.js'
import type { CacheOptions, GetOrSetOptions, SetOptions } from './options.js'

/** What a cache does when a call says nothing. */
export interface Defaults {
  readonly ttlMs: number
  readonly graceMs: number
  readonly graceBackoffMs: number
  readonly earlyRefresh: number
  readonly jitter: number
  /** False: callers of one key do not wait for each other. */
  readonly protect: boolean
  readonly leaseMs: number
  readonly maxWaitMs: number
  readonly onMaxWait: 'load' | 'stale' | 'error'
  readonly maxLoadMs: number
}

/** What one call asked for, checked and in milliseconds. */
export interface Plan {
  readonly ttlMs: number
  readonly graceMs: number
  readonly tags: readonly string[]
  readonly negativeTtlMs: number | undefined
  readonly staleWhileRevalidateMs: number
  readonly softTimeoutMs: number | undefined
  readonly hardTimeoutMs: number | undefined
  readonly signal: AbortSignal | undefined
}

const CACHE_OPTIONS = [
  'backend',
  'near',
  'name',
  'defaultTtl',
  'jitter',
  'grace',
  'graceBackoff',
  'earlyRefresh',
  'protection',
  'recorder',
  'clock',
]
const SET_OPTIONS = ['ttl', 'tags', 'grace']
const GET_OR_SET_OPTIONS = [
  ...SET_OPTIONS,
  'negativeTtl',
  'staleWhileRevalidate',
  'softTimeout',
  'hardTimeout',
  'signal',
]
const PROTECTION_OPTIONS = ['lockTtl', 'maxWait', 'onMaxWait', 'maxLoad']

const LONGEST_LEASE_MS = 86_400_000

/** A misspelt option is an error, not a default that nobody asked for. */
export function checkOptions(options: unknown, known: readonly string[], op: string): void {
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw badInput(`${op}: the options are not an object`, `Write { ${known.join(', ')} }`, { op })
  }
  for (const name in options) {
    if (!known.includes(name))
      throw badInput(`${op}: unknown option ${JSON.stringify(name)}`, `Known are ${known.join(', ')}`, { op })
  }
}

export function resolveDefaults(options: CacheOptions): Defaults {
  checkOptions(options, CACHE_OPTIONS, 'createCache')
  const { backend, jitter = 0.05, earlyRefresh = 0, protection = {} } = options
  if (backend === null || typeof backend !== 'object' || typeof backend.acquire !== 'function') {
    throw badInput(
      'createCache: backend is not a CacheBackend',
      'Pass new MemoryBackend(), new RedisBackend({ ... }) or fenced(store)',
    )
  }
  if (options.recorder !== undefined && typeof options.recorder?.record !== 'function')
    throw badInput('createCache: recorder has no record', 'Write recorder: { record: (event) => ... }')
  if (typeof jitter !== 'number' || !(jitter >= 0 && jitter < 1)) {
    throw badInput(`createCache: jitter is ${String(jitter)}`, 'Write a number from 0 up to but not including 1')
  }
  if (typeof earlyRefresh !== 'number' || !(earlyRefresh >= 0 && earlyRefresh < Number.POSITIVE_INFINITY)) {
    throw badInput(`createCache: earlyRefresh is ${String(earlyRefresh)}`, 'Write a number of at least 0')
  }
  if (protection !== false) checkOptions(protection, PROTECTION_OPTIONS, 'createCache: protection')
  const guard = protection === false ? {} : protection
  const onMaxWait = guard.onMaxWait ?? 'load'
  if (!['load', 'stale', 'error'].includes(onMaxWait)) {
    throw badInput(`createCache: onMaxWait is ${JSON.stringify(onMaxWait)}`, "Write 'load', 'stale' or 'error'")
  }
  const leaseMs = toMs(guard.lockTtl ?? 30, 'protection.lockTtl')
  if (leaseMs > LONGEST_LEASE_MS)
    throw badInput('protection.lockTtl is longer than a day', 'A lease must lapse when its holder died; write 30')
  return Object.freeze({
    ttlMs: toMs(options.defaultTtl ?? '5m', 'defaultTtl'),
    graceMs: options.grace === undefined ? 0 : toMs(options.grace, 'grace'),
    graceBackoffMs: options.graceBackoff === undefined ? 0 : toMs(options.graceBackoff, 'graceBackoff'),
    earlyRefresh,
    jitter,
    protect: protection !== false,
    leaseMs,
    maxWaitMs: toMs(guard.maxWait ?? 10, 'protection.maxWait'),
    onMaxWait,
    maxLoadMs: toMs(guard.maxLoad ?? 600, 'protection.maxLoad'),
  })
}

/** The plan of a call without options. One object per cache. */
export const plainPlan = (defaults: Defaults): Plan =>
  Object.freeze({
    ttlMs: defaults.ttlMs,
    graceMs: defaults.graceMs,
    tags: NO_TAGS,
    negativeTtlMs: undefined,
    staleWhileRevalidateMs: 0,
    softTimeoutMs: undefined,
    hardTimeoutMs: undefined,
    signal: undefined,
  })

export function resolveSet(options: SetOptions, base: Plan, op: string): Plan {
  checkOptions(options, SET_OPTIONS, op)
  return lifetimes(options, base, op)
}

export function resolveGetOrSet(options: GetOrSetOptions, base: Plan, op: string): Plan {
  checkOptions(options, GET_OR_SET_OPTIONS, op)
  return lifetimes(options, base, op)
}

const durationOr = <F>(duration: Duration | undefined, name: string, otherwise: F): number | F =>
  duration === undefined ? otherwise : toMs(duration, name)

/** Called on every read that has options, so it makes one object and no more. */
function lifetimes(options: GetOrSetOptions, base: Plan, op: string): Plan {
  const staleWhileRevalidateMs = durationOr(
    options.staleWhileRevalidate,
    'staleWhileRevalidate',
    base.staleWhileRevalidateMs,
  )
  const { tags, signal } = options
  return {
    ttlMs: durationOr(options.ttl, 'ttl', base.ttlMs),
    graceMs: Math.max(durationOr(options.grace, 'grace', base.graceMs), staleWhileRevalidateMs),
    tags: tags === undefined ? base.tags : checkTags(tags, op),
    negativeTtlMs: durationOr(options.negativeTtl, 'negativeTtl', base.negativeTtlMs),
    staleWhileRevalidateMs,
    softTimeoutMs: durationOr(options.softTimeout, 'softTimeout', base.softTimeoutMs),
    hardTimeoutMs: durationOr(options.hardTimeout, 'hardTimeout', base.hardTimeoutMs),
    signal: signal === undefined ? base.signal : checkSignal(signal, op),
  }
}
