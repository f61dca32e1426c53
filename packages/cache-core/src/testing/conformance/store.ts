import type { Promised } from './runner.js'
import { assert, draft, mustMiss, mustRead } from './tools.js'

/** Reading, writing, lifetimes and removal by key. */
export const storePromises = (granularityMs: number): readonly Promised[] => {
  const short = 20 * granularityMs
  return [
    {
      name: 'nothing is there at first',
      proof: async (_, other) => {
        await mustMiss(other, 'k')
        assert.equal(await other.remove(['k']), 0)
      },
    },
    {
      name: 'a write is seen by every read after it',
      proof: async ({ backend }, other) => {
        await backend.write('k', draft('one'))
        assert.equal((await mustRead(other, 'k')).value, 'one')
        await backend.write('k', draft('two'))
        assert.equal((await mustRead(other, 'k')).value, 'two')
      },
    },
    {
      name: 'an entry tells its tags, times and version',
      proof: async ({ backend }, other) => {
        const written = draft('v', { tags: ['a', 'b'], graceMs: 5000 })
        await backend.write('k', { ...written, loadMs: 12 })
        const entry = await mustRead(other, 'k')
        assert.deepStrictEqual([...entry.tags], ['a', 'b'])
        assert.deepStrictEqual(
          [entry.createdAt, entry.freshUntil, entry.keepUntil, entry.loadMs],
          [written.createdAt, written.freshUntil, written.keepUntil, 12],
        )
      },
    },
    {
      name: 'an entry is gone when its time has passed',
      proof: async ({ backend, advance }, other) => {
        await backend.write('k', draft('v', { ttlMs: short }))
        await mustRead(other, 'k')
        await advance(2 * short)
        await mustMiss(other, 'k')
        assert.equal(await other.remove(['k']), 0)
      },
    },
    {
      name: 'an entry stays through its grace',
      proof: async ({ backend, advance }, other) => {
        await backend.write('k', draft('v', { ttlMs: short, graceMs: 60_000 }))
        await advance(2 * short)
        assert.equal((await mustRead(other, 'k')).value, 'v')
      },
    },
    {
      name: 'a write replaces the lifetime too',
      proof: async ({ backend, advance }, other) => {
        await backend.write('k', draft('short', { ttlMs: short }))
        await backend.write('k', draft('long'))
        await advance(2 * short)
        assert.equal((await mustRead(other, 'k')).value, 'long')
      },
    },
    {
      name: 'an entry for ever and one for a year are kept',
      proof: async ({ backend }, other) => {
        await backend.write('ever', draft('v', { ttlMs: Number.POSITIVE_INFINITY, tags: ['t'] }))
        await backend.write('year', draft('v', { ttlMs: 365 * 86_400_000 }))
        assert.equal((await mustRead(other, 'ever')).freshUntil, Number.POSITIVE_INFINITY)
        await mustRead(other, 'year')
      },
    },
    {
      name: 'touch gives a new lifetime to what is there, and only to that',
      proof: async ({ backend, advance }, other) => {
        await backend.write('k', draft('v', { ttlMs: short, tags: ['t'] }))
        const until = Date.now() + 60_000
        assert.equal(await backend.touch('k', until, until), true)
        await advance(2 * short)
        const entry = await mustRead(other, 'k')
        assert.deepStrictEqual([entry.value, entry.freshUntil, entry.keepUntil], ['v', until, until])
        assert.equal(await backend.touch('absent', until, until), false)
        await backend.invalidateTags(['t'])
        assert.equal(await backend.touch('k', until, until), false)
      },
    },
    {
      name: 'readMany keeps length and order, holes and repetitions included',
      proof: async ({ backend }, other) => {
        await backend.writeMany(
          new Map([
            ['a', draft(1)],
            ['c', draft(3, { tags: ['t'] })],
          ]),
        )
        const readings = await other.readMany(['c', 'b', 'a', 'c'], [])
        assert.deepStrictEqual(
          readings.map((reading) => (reading.present ? reading.value : undefined)),
          [3, undefined, 1, 3],
        )
        assert.equal((await other.readMany([], [])).length, 0)
      },
    },
    {
      name: 'a thousand writes at once all arrive',
      proof: async ({ backend }, other) => {
        const keys = Array.from({ length: 1000 }, (_, index) => `k${index}`)
        await Promise.all(keys.map(async (key) => backend.write(key, draft(key))))
        const readings = await other.readMany(keys, [])
        assert.equal(readings.filter((reading, index) => reading.present && reading.value === keys[index]).length, 1000)
      },
    },
    {
      name: 'remove counts the valid entries it removed',
      proof: async ({ backend }, other) => {
        await backend.writeMany(
          new Map([
            ['a', draft(1)],
            ['b', draft(2)],
            ['c', draft(3, { tags: ['t'] })],
          ]),
        )
        await backend.invalidateTags(['t'])
        assert.equal(await other.remove(['a', 'c', 'd']), 1)
        await mustMiss(backend, 'a')
        await mustRead(backend, 'b')
        assert.equal(await other.remove([]), 0)
      },
    },
    {
      name: 'health says up, and down after close',
      proof: async ({ backend }) => {
        assert.equal((await backend.health()).status, 'up')
        await backend.close()
        assert.equal((await backend.health()).status, 'down')
        await backend.close()
      },
    },
    {
      name: 'a closed backend says so',
      proof: async ({ backend }) => {
        await backend.close()
        const refused = async (call: () => unknown): Promise<void> => {
          await assert.rejects(async () => call(), { code: 'E_CLOSED' })
        }
        await refused(() => backend.read('k', []))
        await refused(() => backend.write('k', draft(1)))
        await refused(() => backend.remove(['k']))
        await refused(() => backend.invalidateTags(['t']))
      },
    },
  ]
}
