import { escapeGlob } from '../../pattern/glob.js'
import type { Promised } from './runner.js'
import { assert, draft, mustMiss, mustRead } from './tools.js'
import { AWKWARD_KEYS } from './values.js'

const removePattern = async (backend: Parameters<Promised['proof']>[1], glob: string): Promise<number> =>
  backend.removePattern(glob, {})

/** Pattern, tag and whole invalidation. */
export const REMOVAL_PROMISES: readonly Promised[] = [
  {
    name: 'a pattern removes what matches, counts it, and spares its neighbours',
    proof: async ({ backend }, other) => {
      const keys = ['user:1', 'user:2', 'user:1:posts', 'users:1', 'User:1', 'xuser:1']
      await backend.writeMany(new Map(keys.map((key) => [key, draft(key)])))
      assert.equal(await removePattern(other, 'user:*'), 3)
      for (const key of keys.slice(0, 3)) await mustMiss(backend, key)
      for (const key of keys.slice(3)) await mustRead(backend, key)
      assert.equal(await removePattern(other, 'user:*'), 0)
    },
  },
  {
    name: 'a pattern knows ? and sets by characters, also beyond ASCII',
    proof: async ({ backend }, other) => {
      const keys = ['k1', 'k2', 'k3', 'k12', 'ké', 'k🔑', 'k']
      await backend.writeMany(new Map(keys.map((key) => [key, draft(key)])))
      assert.equal(await removePattern(other, 'k[1-2]'), 2)
      assert.equal(await removePattern(other, 'k[^3é]'), 1)
      assert.equal(await removePattern(other, 'k?'), 2)
      await mustRead(backend, 'k')
      await mustRead(backend, 'k12')
    },
  },
  {
    name: 'an escaped key as a pattern removes that key and no other',
    proof: async ({ backend }, other) => {
      for (const key of AWKWARD_KEYS) {
        await backend.writeMany(
          new Map([
            [key, draft(1)],
            [`${key}x`, draft(2)],
            [`x${key}`, draft(3)],
          ]),
        )
        assert.equal(await removePattern(other, escapeGlob(key)), 1, JSON.stringify(key.slice(0, 20)))
        await mustMiss(backend, key)
        assert.equal(await other.remove([`${key}x`, `x${key}`]), 2, JSON.stringify(key.slice(0, 20)))
      }
    },
  },
  {
    name: 'a pattern counts only what was valid',
    proof: async ({ backend }, other) => {
      await backend.writeMany(
        new Map([
          ['a:1', draft(1, { tags: ['t'] })],
          ['a:2', draft(2)],
        ]),
      )
      await backend.invalidateTags(['t'])
      assert.equal(await removePattern(other, 'a:*'), 1)
    },
  },
  {
    name: 'a pattern job reports progress and stops on its signal',
    proof: async ({ backend }, other) => {
      await backend.writeMany(new Map(Array.from({ length: 1500 }, (_, index) => [`k${index}`, draft(index)])))
      const seen: number[] = []
      assert.equal(await other.removePattern('k*', { onProgress: (removed) => seen.push(removed) }), 1500)
      assert.equal(seen.at(-1), 1500)
      const gone = new AbortController()
      gone.abort(new Error('enough'))
      await assert.rejects(async () => other.removePattern('k*', { signal: gone.signal }), { code: 'E_ABORTED' })
    },
  },
  {
    name: 'a tag makes invalid whatever carries it, and nothing else',
    proof: async ({ backend }, other) => {
      await backend.write('a', draft(1, { tags: ['red', 'big'] }))
      await backend.write('b', draft(2, { tags: ['red'] }))
      await backend.write('c', draft(3, { tags: ['big'] }))
      await backend.write('d', draft(4))
      await other.invalidateTags(['red', 'unheard of'])
      await mustMiss(backend, 'a')
      await mustMiss(other, 'b')
      await mustRead(other, 'c')
      await mustRead(other, 'd')
    },
  },
  {
    name: 'a tag can be used again after its invalidation',
    proof: async ({ backend }, other) => {
      await backend.write('a', draft('old', { tags: ['t'] }))
      await backend.invalidateTags(['t'])
      await backend.write('b', draft('new', { tags: ['t'] }))
      await mustMiss(other, 'a')
      await mustRead(other, 'b')
      await other.invalidateTags(['t'])
      await mustMiss(backend, 'b')
    },
  },
  {
    name: 'tags that look alike are kept apart',
    proof: async ({ backend }, other) => {
      const tags = ['a', 'A', 'a ', 'a*', 'e', 'n', '__proto__', 'é', 'e\u0301', 't'.repeat(255)]
      for (const tag of tags) await backend.write(tag, draft(tag, { tags: [tag] }))
      for (const [index, tag] of tags.entries()) {
        await other.invalidateTags([tag])
        await mustMiss(backend, tag)
        for (const left of tags.slice(index + 1)) await mustRead(backend, left)
      }
    },
  },
  {
    name: 'clear leaves nothing, and the cache works on',
    proof: async ({ backend }, other) => {
      await backend.writeMany(
        new Map([
          ['a', draft(1)],
          ['b', draft(2, { tags: ['t'] })],
        ]),
      )
      await other.clear('')
      await mustMiss(backend, 'a')
      await mustMiss(other, 'b')
      assert.equal(await other.remove(['a']), 0)
      await backend.write('a', draft('again', { tags: ['t'] }))
      assert.equal((await mustRead(other, 'a')).value, 'again')
    },
  },
  {
    name: 'clear of a prefix leaves everything else',
    proof: async ({ backend }, other) => {
      await backend.writeMany(new Map(['ns:1', 'ns:2', 'ns', 'nsx', 'n*:1', '*:1'].map((key) => [key, draft(key)])))
      await other.clear('ns:')
      await mustMiss(backend, 'ns:1')
      await mustMiss(backend, 'ns:2')
      for (const key of ['ns', 'nsx', 'n*:1', '*:1']) await mustRead(backend, key)
      await other.clear('*:')
      await mustMiss(backend, '*:1')
      await mustRead(backend, 'n*:1')
    },
  },
]
