import { setTimeout as sleep } from 'node:timers/promises'

/** What is checked: a cache of ours, or another library behind a few lines. */
export interface Subject {
  get<T>(key: string): Promise<T | undefined>
  getMany<T>(keys: readonly string[]): Promise<Map<string, T>>
  getOrSet<T>(key: string, loader: (context: Adaptive) => Promise<T>, options: Options): Promise<T>
  getOrSetMany<T>(
    keys: readonly string[],
    loader: (missing: readonly string[]) => Promise<Map<string, T>>,
    options: Options,
  ): Promise<Map<string, T>>
  set(key: string, value: unknown, options: Options): Promise<unknown>
  delete(key: string): Promise<unknown>
  deleteMany(keys: readonly string[]): Promise<unknown>
  deletePattern(glob: string): Promise<unknown>
  invalidateTags(tags: readonly string[]): Promise<unknown>
  clear(): Promise<unknown>
}

interface Options {
  readonly ttl: number
  readonly tags?: readonly string[]
}

interface Adaptive {
  setOptions(options: { readonly tags: readonly string[] }): void
}

/** A verb, or tags that a loader names. */
export type Feature = keyof Subject | 'late-tags'

/** What a run is made of. Everything else follows from the seed, but for the order in which answers come. */
export interface Run {
  /** Caches that share one store; each stands for a process. */
  readonly caches: readonly Subject[]
  /** What the caches cannot do: it is not asked of them. */
  readonly without?: ReadonlySet<Feature>
  /**
   * A change binds the cache that made it at once, and the others this many milliseconds after it returned: near caches
   * hear of it a moment later.
   */
  readonly lagMs?: number
  readonly seconds: number
  readonly seed: number
  /** The longest load, in milliseconds. */
  readonly slowestLoadMs?: number
  readonly onProgress?: (verdict: Verdict) => void
}

export interface Verdict {
  reads: number
  /** Reads that returned a version older than one whose invalidation had returned before the read began. */
  stale: number
  loads: number
  /** Invalidations that returned. */
  invalidations: number
  /** Invalidations that rejected: honest, and part of an outage. */
  refused: number
  /** Reads that rejected: none may, whatever the store does. */
  errors: number
  /** How often each code was the reason of either. */
  readonly codes: Record<string, number>
  /** The first violations, for a person. */
  readonly examples: string[]
}

interface Value {
  readonly key: string
  readonly version: number
}

const KEYS = 12
const TAGS = 4
const READERS_PER_CACHE = 6
const WRITERS = 2

const keys = Array.from({ length: KEYS }, (_, index) => `key:${index}`)
const tagOf = (key: string): string => `tag:${Number(key.slice(4)) % TAGS}`

/** mulberry32: small, and the same everywhere. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Random readers, loaders and writers over a versioned database, and a judge who remembers every invalidation. */
export async function checkFreshness({
  caches,
  seconds,
  seed,
  without = new Set(),
  lagMs = 0,
  slowestLoadMs = 120,
  onProgress,
}: Run): Promise<Verdict> {
  const random = randomFrom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const verdict: Verdict = {
    reads: 0,
    stale: 0,
    loads: 0,
    invalidations: 0,
    refused: 0,
    errors: 0,
    codes: {},
    examples: [],
  }
  const database = new Map(keys.map((key) => [key, 1]))
  /** Per cache: the version below which no read that begins now may see a key. */
  const floors = new Map(caches.map((cache) => [cache, new Map(keys.map((key) => [key, 1]))]))
  const raise = (cache: Subject, versions: readonly (readonly [string, number])[]): void => {
    const floor = floors.get(cache) as Map<string, number>
    for (const [key, version] of versions) floor.set(key, Math.max(version, floor.get(key) as number))
  }
  /** Two who change at once are two processes: each knows of the other only after the lag. */
  const changedBy = (cache: Subject, versions: readonly (readonly [string, number])[]): void => {
    raise(cache, versions)
    const others = (): void => {
      for (const other of caches) raise(other, versions)
    }
    if (lagMs === 0) others()
    else setTimeout(others, lagMs)
  }
  const end = performance.now() + seconds * 1000
  const running = (): boolean => performance.now() < end

  const readDatabase = async (wanted: readonly string[]): Promise<Map<string, Value>> => {
    verdict.loads++
    const total = 1 + random() * slowestLoadMs
    const before = random() * total
    await sleep(before)
    const found = new Map(wanted.map((key) => [key, { key, version: database.get(key) as number }]))
    await sleep(total - before)
    return found
  }
  /** Half of the loads name their tag only at the end. */
  const loadOne = async (key: string, late: boolean, context: Adaptive): Promise<Value> => {
    const found = await readDatabase([key])
    if (late) context.setOptions({ tags: [tagOf(key), `extra:${Math.floor(random() * 3)}`] })
    return found.get(key) as Value
  }

  const judge = (verb: string, began: ReadonlyMap<string, number>, value: Value | undefined, key: string): void => {
    verdict.reads++
    const least = began.get(key) as number
    if (value === undefined || (value.key === key && value.version >= least)) return
    verdict.stale++
    if (verdict.examples.length < 10)
      verdict.examples.push(
        `${verb} ${key}: version ${value.version} of ${value.key}, but ${least} was invalidated before`,
      )
  }

  const blame = (error: unknown): void => {
    const { code, name } = error as { readonly code?: string; readonly name?: string }
    const why = code ?? name ?? 'unknown'
    verdict.codes[why] = (verdict.codes[why] ?? 0) + 1
  }
  const can = (feature: Feature): boolean => !without.has(feature)
  const reader = async (cache: Subject): Promise<void> => {
    while (running()) {
      const key = pick(keys)
      const began = new Map(floors.get(cache))
      const dice = random()
      try {
        if (dice < 0.55) {
          const late = random() < 0.5 && can('late-tags')
          const options = late ? { ttl: 2 } : { ttl: 2, tags: [tagOf(key)] }
          judge(
            'getOrSet',
            began,
            await cache.getOrSet<Value>(key, (context) => loadOne(key, late, context), options),
            key,
          )
        } else if (dice < 0.75 || !can(dice < 0.85 ? 'getMany' : 'getOrSetMany')) {
          judge('get', began, await cache.get<Value>(key), key)
        } else if (dice < 0.85) {
          const some = [...new Set([key, pick(keys), pick(keys)])]
          for (const [name, value] of await cache.getMany<Value>(some)) judge('getMany', began, value, name)
        } else {
          const some = [...new Set([key, pick(keys), pick(keys)])]
          const found = await cache.getOrSetMany<Value>(some, readDatabase, {
            ttl: 2,
            tags: [...new Set(some.map(tagOf))],
          })
          for (const [name, value] of found) judge('getOrSetMany', began, value, name)
        }
      } catch (error) {
        verdict.errors++
        blame(error)
      }
      await sleep(random() * 4)
    }
  }

  // One writer at a time: two who change one key at once may overtake each other, which no cache can mend.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }
  const writer = async (): Promise<void> => {
    while (running()) {
      await sleep(random() * 30)
      const cache = pick(caches)
      const key = pick(keys)
      const dice = random()
      const tag = tagOf(key)
      const changes: Readonly<Record<string, readonly [readonly string[], () => Promise<unknown>]>> = {
        delete: [[key], () => cache.delete(key)],
        invalidateTags: [keys.filter((one) => tagOf(one) === tag), () => cache.invalidateTags([tag])],
        deleteMany: [[key, keys[0] as string], () => cache.deleteMany([key, keys[0] as string])],
        deletePattern: [keys.filter((one) => one.startsWith('key:1')), () => cache.deletePattern('key:1*')],
        clear: [keys, () => cache.clear()],
        set: [[key], () => cache.set(key, { key, version: database.get(key) }, { ttl: 2, tags: [tag] })],
      }
      const wanted =
        dice < 0.3
          ? 'delete'
          : dice < 0.55
            ? 'invalidateTags'
            : dice < 0.65
              ? 'deleteMany'
              : dice < 0.75
                ? 'deletePattern'
                : dice < 0.8
                  ? 'clear'
                  : 'set'
      const [changed, invalidate] = changes[can(wanted as Feature) ? wanted : 'delete'] as (typeof changes)[string]
      await inTurn(async () => {
        for (const one of new Set(changed)) database.set(one, (database.get(one) as number) + 1)
        const versions = changed.map((one) => [one, database.get(one) as number] as const)
        try {
          await invalidate()
          verdict.invalidations++
          changedBy(cache, versions)
        } catch (error) {
          verdict.refused++
          blame(error)
        }
      })
    }
  }

  const progress = setInterval(() => onProgress?.(verdict), 1000)
  await Promise.all([
    ...caches.flatMap((cache) => Array.from({ length: READERS_PER_CACHE }, () => reader(cache))),
    ...Array.from({ length: WRITERS }, writer),
  ])
  clearInterval(progress)
  return verdict
}
