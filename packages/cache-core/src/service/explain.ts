import type { Inspection } from '../contracts/index.js'
import type { Engine } from '../engine/engine.js'
import { isFresh } from '../entry/judge.js'

/** Why the next read of a key hits or misses. Durations in seconds. */
export interface Explanation {
  readonly key: string
  readonly state: 'fresh' | 'stale' | 'absent'
  /** One sentence for a person. */
  readonly why: string
  readonly age: number | undefined
  /** Until the value turns stale. Negative: since when it is. */
  readonly freshFor: number | undefined
  /** Until the value is gone. */
  readonly keptFor: number | undefined
  /** How long its loader took. */
  readonly loadTook: number | undefined
  readonly tags: Inspection['tags']
  /** Somebody computes the key now. */
  readonly lease: Inspection['lease'] | undefined
}

const ABSENCE = {
  missing: 'nothing is stored: never was, has expired, was removed or was evicted',
  invalid: 'a value is stored, but the cache was cleared or one of its tags was invalidated',
  undecodable: 'bytes are stored that this version cannot read',
} as const

export async function explain(engine: Engine, key: string): Promise<Explanation> {
  const { backend, clock } = engine
  const { reading, reason, tags, lease }: Inspection = backend.inspect
    ? await backend.inspect(key)
    : { reading: await backend.read(key, []), tags: [] }
  if (!reading.present) {
    const nothing = { age: undefined, freshFor: undefined, keptFor: undefined, loadTook: undefined }
    return { key, state: 'absent', why: ABSENCE[reason ?? 'missing'], ...nothing, tags, lease }
  }
  const now = clock.now()
  const fresh = isFresh(reading, clock)
  const expired = tags.filter(({ state }) => state === 'expired').map(({ tag }) => tag)
  const staleness =
    expired.length > 0 ? `its tag ${expired.join(', ')} was expired` : 'its time has passed or it was expired'
  return {
    key,
    state: fresh ? 'fresh' : 'stale',
    why: fresh ? 'a fresh value is stored' : `a value is stored within its grace, but ${staleness}`,
    age: (now - reading.createdAt) / 1000,
    freshFor: (reading.freshUntil - now) / 1000,
    keptFor: (reading.keepUntil - now) / 1000,
    loadTook: reading.loadMs / 1000,
    tags: tags.length > 0 ? tags : reading.tags.map((tag) => ({ tag, state: 'valid' })),
    lease,
  }
}
