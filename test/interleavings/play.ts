import { type BatchLoadContext, type CacheService, createCache, type LoadContext } from '@holdfast/cache-core'
import type { Steps } from '@holdfast/cache-core/testing'
import { type Beginning, Judge, type Value } from './judge.js'
import {
  invalidated,
  KEYS,
  type Key,
  LEASE,
  type Loading,
  type Operation,
  type Process,
  type Program,
  TAGS_OF,
  TTL,
  written,
} from './operations.js'
import { SteppedClock } from './stepped-clock.js'
import type { Topology, Trouble } from './topologies.js'
import { unhandled } from './unhandled.js'

const FAILURE = new Error('the database is away')

/** Plays a program once, in the order that the steps choose, and throws when a promise is broken. */
export async function play(program: Program, topology: Topology, steps: Steps): Promise<void> {
  const { operations, before, grace, faults = [] } = program
  const clock = new SteppedClock(steps)
  const judge = new Judge(program)
  let inTrouble = false
  let calls = -1
  const trouble: Trouble = () => {
    if (inTrouble) calls++
    return inTrouble ? faults.find(({ call }) => call === calls)?.what : undefined
  }
  const { backendOf, homeOf, instants } = topology(steps, clock, trouble)
  const open = (process: Process): CacheService =>
    createCache({
      backend: backendOf(process),
      clock: clock.of(homeOf(process)),
      recorder: judge.recorder,
      defaultTtl: TTL,
      jitter: 0,
      protection: { lockTtl: LEASE },
      ...(grace !== undefined && { grace }),
    })
  const caches = { A: open('A'), B: open('B') }
  if (before !== undefined) {
    const options = (key: Key) => ({ tags: TAGS_OF[key], grace: grace ?? 60 })
    const stored = Promise.all(KEYS.map((key) => caches.A.set(key, { key, version: 1 }, options(key))))
    await Promise.all([stored, steps.drain()])
    if (before === 'stale') clock.advance((TTL + 1) * 1000)
  }

  const perform = async (operation: Operation, name: string): Promise<void> => {
    if (operation.verb === 'advance') {
      await steps.turn(`${name} ${written(operation)}`)
      clock.advance(operation.seconds * 1000)
      return
    }
    const { by } = operation
    const changed = invalidated(operation)
    await steps.turn(`${name} ${written(operation)}`, {
      reads: ['floor'],
      changes: [homeOf(by), ...changed.map((key) => `database ${key}`)],
    })
    const beginning = judge.begin(operation)
    try {
      await call({ cache: caches[by], judge, steps, beginning, name, home: homeOf(by) })
      steps.note(`${name} settled`)
    } catch (error) {
      steps.note(`${name} rejected: ${(error as Error).message}`)
      judge.rejected(operation, error, FAILURE)
      return
    }
    if (changed.length === 0) return
    steps.touch({ changes: ['floor'] })
    judge.invalidationSettled(beginning)
  }

  inTrouble = true
  // Two who change one key at once may overtake each other between database and cache, which no cache can mend.
  const inTurn = operations.some(({ verb }) => verb === 'set')
  let turn: Promise<unknown> = Promise.resolve()
  const unsettled = new Set<string>()
  const failures: unknown[] = []
  operations.forEach((operation, index) => {
    const name = String(index + 1)
    const queued = inTurn && invalidated(operation).length > 0
    const work = queued ? turn.then(() => perform(operation, name)) : perform(operation, name)
    if (queued) turn = work.catch(() => undefined)
    unsettled.add(name)
    work
      .then(() => unsettled.delete(name))
      .catch((error: unknown) => {
        failures.push(error)
        unsettled.delete(name)
      })
  })

  const timeHelps = faults.length > 0 || operations.some(({ verb }) => verb === 'advance')
  for (let turns = 0; ; turns++) {
    await steps.run()
    if (failures.length > 0) throw failures[0]
    if (unsettled.size === 0) break
    const who = `operation ${[...unsettled].join(', ')}`
    if (!timeHelps) judge.fail(`${who} waits, and nothing but time could help`)
    if (turns > 100 || !clock.skip()) judge.fail(`${who} never settles`)
  }
  judge.loads(instants)
  inTrouble = false

  const lastReads = Promise.all(
    (['A', 'B'] as const).flatMap((by) =>
      KEYS.map(async (key) => {
        const { value, stale } = await caches[by].lookup<Value>(key)
        judge.left(key, value, stale)
      }),
    ),
  )
  await Promise.all([lastReads, steps.drain()])
  await Promise.all([caches.A.close(), caches.B.close(), steps.drain()])
  if (clock.pending > 0) judge.fail(`${clock.pending} timers were left behind`)
  const rejections = unhandled()
  if (rejections.length > 0) judge.fail(`a rejection was not handled: ${String(rejections[0])}`)
}

interface Call {
  readonly cache: CacheService
  readonly judge: Judge
  readonly steps: Steps
  readonly beginning: Beginning
  readonly name: string
  readonly home: string
}

async function call({ cache, judge, steps, beginning, name, home }: Call): Promise<void> {
  const { operation } = beginning

  /** Reads the database at one turn and has read it at another. */
  const readDatabase = async (
    keys: readonly Key[],
    { late, fails }: Loading,
    context: Pick<LoadContext, 'setOptions'>,
  ): Promise<Map<Key, Value>> => {
    await steps.turn(`${name}: reads the database`, { reads: keys.map((key) => `database ${key}`) })
    const found = new Map(keys.map((key) => [key, { key, version: judge.database[key] }]))
    await steps.turn(`${name}: has read ${[...found.values()].map(({ version }) => version).join()}`, {
      changes: [home],
    })
    if (late) context.setOptions({ tags: tagsOf(keys) })
    if (fails) throw FAILURE
    return found
  }

  switch (operation.verb) {
    case 'get':
      return judge.found(beginning, operation.key, await cache.get<Value>(operation.key))
    case 'getMany':
      for (const [key, value] of await cache.getMany<Value>(operation.keys)) judge.found(beginning, key as Key, value)
      return
    case 'getOrSet': {
      const { key } = operation
      const load = async (context: LoadContext<Value>): Promise<Value> =>
        (await readDatabase([key], operation, context)).get(key) as Value
      return judge.found(beginning, key, await cache.getOrSet<Value>(key, load, loadOptions([key], operation)))
    }
    case 'getOrSetMany': {
      const { keys } = operation
      const load = (missing: readonly string[], context: BatchLoadContext) =>
        readDatabase(missing as Key[], operation, context)
      const found = await cache.getOrSetMany<Value>(keys, load, loadOptions(keys, operation))
      if (found.size !== keys.length) judge.fail(`getOrSetMany found ${[...found.keys()].join() || 'nothing'}`)
      for (const [key, value] of found) judge.found(beginning, key as Key, value)
      return
    }
    case 'set': {
      const { key } = operation
      const value: Value = { key, version: beginning.versions[key] }
      return cache.set(key, value, { tags: TAGS_OF[key] })
    }
    case 'delete':
      return void (await cache.delete(operation.key))
    case 'deleteMany':
      return void (await cache.deleteMany(operation.keys))
    case 'deletePattern':
      return void (await cache.deletePattern('[abc]'))
    case 'invalidateTags':
      return cache.invalidateTags([operation.tag])
    case 'touch':
      return void (await cache.touch(operation.key, TTL))
    case 'expire':
      return void (await cache.expire(operation.key))
    case 'expireTags':
      return cache.expireTags([operation.tag])
    case 'clear':
      return cache.clear()
    case 'advance':
      return
  }
}

const tagsOf = (keys: readonly Key[]): string[] => [...new Set(keys.flatMap((key) => TAGS_OF[key]))]

const loadOptions = (keys: readonly Key[], { late, swr }: Loading) => ({
  ...(!late && { tags: tagsOf(keys) }),
  ...(swr && { staleWhileRevalidate: 20 }),
})
