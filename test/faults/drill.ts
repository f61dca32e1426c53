import { setTimeout as sleep } from 'node:timers/promises'
import { type CacheService, isCacheError } from '@holdfast/cache-core'
import { nearIsOn } from '../freshness/topologies.js'

/** Something that happens to the store, and what it must not lead to. */
export interface Fault {
  readonly name: string
  /** What is to be expected of calls meanwhile, for the table. */
  readonly meanwhile: string
  /** What has to be so before. */
  prepare?(): Promise<unknown>
  harm(): Promise<unknown>
  /** What makes it good again. Without it the store mends itself: recovery is counted from the harm. */
  heal?(): Promise<unknown>
  /** How long it lasts before it is healed. Default 1500 ms. */
  readonly forMs?: number
  /** Codes that invalidations may be refused with meanwhile; without any, none may be refused. */
  readonly refusals?: readonly string[]
  /** Some invalidation is refused for certain: else it did not happen. */
  readonly surely?: boolean
}

/** What a drill found. */
export interface Outcome {
  readonly reads: number
  readonly slowestReadMs: number
  readonly slowestInvalidationMs: number
  readonly invalidations: number
  /** Invalidations that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>
  /** Reads that rejected. */
  readonly failedReads: readonly unknown[]
  /** Reads that began after an invalidation returned, or was refused to the same process, and returned what was before. */
  readonly stale: readonly string[]
  /** Keys of which an older version was still there when everything had been mended and tried again. */
  readonly lost: readonly string[]
  /** Until a value that one process stored was found by the other. */
  readonly recoveredMs: number
}

const KEYS = Array.from({ length: 30 }, (_, index) => `key:${index}`)
const TAGS = 5
const tagOf = (key: string): string => `tag:${Number(key.slice(4)) % TAGS}`
const READERS = 3
const GIVE_UP_MS = 40_000

/** Two processes read and invalidate while the fault happens and until it is over. */
export async function drill(
  [first, second]: readonly [CacheService, CacheService],
  { prepare, harm, heal, forMs = 1500 }: Fault,
  lagMs: number,
): Promise<Outcome> {
  await prepare?.()
  const caches = [first, second]
  const database = new Map(KEYS.map((key) => [key, 0]))
  const floors = new Map(caches.map((cache) => [cache, new Map(database)]))
  const stale: string[] = []
  const failedReads: unknown[] = []
  const refused: Record<string, number> = {}
  let [reads, invalidations, slowestReadMs, slowestInvalidationMs] = [0, 0, 0, 0]
  let running = true

  const raise = (cache: CacheService, versions: ReadonlyMap<string, number>): void => {
    const floor = floors.get(cache) as Map<string, number>
    for (const [key, version] of versions) floor.set(key, Math.max(version, floor.get(key) as number))
  }
  const reader = async (cache: CacheService): Promise<void> => {
    for (let turn = 0; running; turn++) {
      const key = KEYS[(turn * 7) % KEYS.length] as string
      const least = floors.get(cache)?.get(key) as number
      const began = performance.now()
      const load = async () => {
        await sleep(2)
        return database.get(key) as number
      }
      try {
        const found = await cache.getOrSet(key, load, { ttl: 60, tags: [tagOf(key)] })
        if (found < least) stale.push(`${key}: ${found}, though ${least} was known`)
      } catch (error) {
        failedReads.push(error)
      }
      reads++
      slowestReadMs = Math.max(slowestReadMs, performance.now() - began)
      await sleep(5)
    }
  }
  const writer = async (): Promise<void> => {
    for (let turn = 0; running; turn++) {
      const cache = caches[turn % 2] as CacheService
      const key = KEYS[(turn * 11) % KEYS.length] as string
      const byTag = turn % 3 === 0
      const changed = byTag ? KEYS.filter((one) => tagOf(one) === tagOf(key)) : [key]
      for (const one of changed) database.set(one, (database.get(one) as number) + 1)
      const versions = new Map(changed.map((one) => [one, database.get(one) as number]))
      const began = performance.now()
      try {
        await (byTag ? cache.invalidateTags([tagOf(key)]) : cache.delete(key))
        invalidations++
        setTimeout(() => caches.forEach((other) => void raise(other, versions)), lagMs)
      } catch (error) {
        const code = isCacheError(error) ? error.code : String(error)
        refused[code] = (refused[code] ?? 0) + 1
      }
      // Refused or not: the process that asked never sees the old value again.
      raise(cache, versions)
      slowestInvalidationMs = Math.max(slowestInvalidationMs, performance.now() - began)
      await sleep(15)
    }
  }

  const busy = [...caches.flatMap((cache) => Array.from({ length: READERS }, () => reader(cache))), writer(), writer()]
  await sleep(300)
  let since = performance.now()
  await harm()
  if (heal !== undefined) {
    await sleep(forMs)
    since = performance.now()
    await heal()
  }
  const recoveredMs = (await recovered(first, second)) - since
  await sleep(200)
  running = false
  await Promise.all(busy)
  await settled(caches)
  // It serves again, whatever has happened.
  await nearIsOn([first])
  const lost = await whatIsLost(caches, database, lagMs)
  return {
    reads,
    slowestReadMs,
    slowestInvalidationMs,
    invalidations,
    refused,
    failedReads,
    stale,
    lost,
    recoveredMs,
  }
}

/** When a value that one stored was found by the other, several keys over, so that a cluster is whole. */
async function recovered(first: CacheService, second: CacheService): Promise<number> {
  const deadline = performance.now() + GIVE_UP_MS
  const probes = Array.from({ length: 12 }, (_, index) => `probe:${index}`)
  for (let turn = 1; performance.now() < deadline; turn++) {
    const values = Object.fromEntries(probes.map((probe) => [probe, turn]))
    const stored = await first.setMany(values).then(
      () => true,
      () => false,
    )
    if (stored) {
      const found = await second.getMany(probes)
      if (found.size === probes.length && [...found.values()].every((value) => value === turn)) return performance.now()
    }
    await sleep(20)
  }
  throw new Error(`Not recovered within ${GIVE_UP_MS} ms`)
}

/** Until every invalidation that was refused has been carried out after all. */
async function settled(caches: readonly CacheService[]): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS
  for (const cache of caches) {
    while (((await cache.health()).backend.detail['owedInvalidations'] ?? 0) !== 0) {
      if (performance.now() > deadline) throw new Error('Invalidations are still owed')
      await sleep(50)
    }
  }
}

/** Keys of which somebody still reads an older version, when the near caches have had the time to hear of it. */
async function whatIsLost(
  caches: readonly CacheService[],
  database: ReadonlyMap<string, number>,
  lagMs: number,
): Promise<readonly string[]> {
  const deadline = performance.now() + lagMs
  for (;;) {
    const lost: string[] = []
    for (const cache of caches) {
      for (const [key, version] of await cache.getMany<number>(KEYS))
        if (version < (database.get(key) as number)) lost.push(`${key}: ${version} instead of ${database.get(key)}`)
    }
    if (lost.length === 0 || performance.now() > deadline) return lost
    await sleep(50)
  }
}
