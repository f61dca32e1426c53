import type { CacheService } from '@holdfast/cache-core'
import { describe, expect, it } from 'vitest'
import { ARRANGEMENTS, held, type Nodes } from './nodes.js'

const INVALIDATIONS: readonly (readonly [string, (cache: CacheService) => Promise<unknown>])[] = [
  ['delete', (cache) => cache.delete('k')],
  ['deleteMany', (cache) => cache.deleteMany(['k', 'other'])],
  ['deletePattern', (cache) => cache.deletePattern('k*')],
  ['invalidateTags', (cache) => cache.invalidateTags(['t'])],
  ['clear', (cache) => cache.clear()],
]

type Loader = () => Promise<string>

/** Each starts a load of `k` and settles when its caller was answered. */
const LOADS: readonly (readonly [string, (cache: CacheService, load: Loader) => Promise<unknown>])[] = [
  ['a caller waits for', (cache, load) => cache.getOrSet('k', load, { tags: ['t'] })],
  [
    'a caller waits for and that names its tags at its end',
    (cache, load) =>
      cache.getOrSet('k', async ({ setOptions }) => {
        const value = await load()
        setOptions({ tags: ['t'] })
        return value
      }),
  ],
  [
    'runs behind the back of a reader who was served stale',
    async (cache, load) => {
      await cache.set('k', 'older', { tags: ['t'], grace: 60 })
      await cache.expire('k')
      expect(await cache.getOrSet('k', load, { tags: ['t'], staleWhileRevalidate: 60 })).toBe('older')
    },
  ],
  [
    'is part of a batch',
    (cache, load) =>
      cache.getOrSetMany(
        ['k', 'other'],
        async (keys) => {
          const value = await load()
          return new Map(keys.map((key) => [key, value]))
        },
        { tags: ['t'] },
      ),
  ],
]

const NODES: readonly (readonly [string, (nodes: Nodes) => CacheService])[] = [
  ['the same node', ({ a }) => a],
  ['another node', ({ b }) => b],
]

describe.each(ARRANGEMENTS)('an invalidation during a load, on $name', ({ open }) => {
  describe.each(LOADS)('that %s', (_load, start) => {
    describe.each(NODES)('from %s', (_node, nodeOf) => {
      it.each(INVALIDATIONS)(
        '%s: no later read sees the old value, neither before nor after the load ends',
        async (_verb, invalidate) => {
          const nodes = open()
          const { a, b } = nodes
          let version = 'old'
          const load = held(() => version)
          const running = start(a, load)
          await load.entered
          version = 'new'
          await invalidate(nodeOf(nodes))

          for (const cache of [a, b]) {
            expect(await cache.get('k')).toBeUndefined()
            expect(await cache.getMany(['k'])).toEqual(new Map())
          }
          const later = [a, b].map((cache) => cache.getOrSet('k', () => version, { tags: ['t'] }))
          const laterBatch = [a, b].map((cache) =>
            cache.getOrSetMany(['k'], () => ({ k: version }), { tags: ['t'] }).then((found) => found.get('k')),
          )

          // Some of them may wait for the load that runs; none may be given what it found.
          load.letGo()
          expect(await Promise.all([...later, ...laterBatch])).toEqual(['new', 'new', 'new', 'new'])
          await running
          for (const cache of [a, b]) {
            expect(await cache.get('k')).toBe('new')
            expect((await cache.getMany(['k'])).get('k')).toBe('new')
          }
        },
      )
    })
  })
})

describe.each(ARRANGEMENTS)('two loads of one key by one client, around a delete, on $name', ({ open }) => {
  it.each([
    ['the older load ends first', ['older', 'newer']],
    ['the newer load ends first', ['newer', 'older']],
  ] as const)('%s: the value that stays is the newer one', async (_order, order) => {
    const { a } = open()
    const loads = { older: held(() => 'old'), newer: held(() => 'new') }
    const running = { older: a.getOrSet('k', loads.older), newer: Promise.resolve('') }
    await loads.older.entered
    await a.delete('k')
    running.newer = a.getOrSet('k', loads.newer)
    await loads.newer.entered
    for (const which of order) {
      loads[which].letGo()
      await running[which]
      expect(await a.get('k')).toBe(which === 'newer' || order[0] === 'newer' ? 'new' : undefined)
    }
    expect([await running.older, await running.newer]).toEqual(['old', 'new'])
    expect(await a.get('k')).toBe('new')
  })
})
