import type { CacheBackend, Lease } from '../../contracts/backend.js'
import type { Promised } from './runner.js'
import { acquire, assert, awakened, draft, mustMiss, mustOwn, mustRead } from './tools.js'

/** Everything that must refuse a computation that was acquired before it. */
const BREAKERS: readonly (readonly [name: string, run: (backend: CacheBackend) => unknown])[] = [
  ['a remove of its key', (backend) => backend.remove(['k'])],
  ['an invalidation of its tag', (backend) => backend.invalidateTags(['t'])],
  ['a clear', (backend) => backend.clear('')],
  ['a clear of its prefix', (backend) => backend.clear('k')],
]

const refused = async (backend: CacheBackend, lease: Lease, value: unknown = 'old'): Promise<void> => {
  const result = await backend.fill(lease, draft(value, { tags: ['t'] }))
  assert.notEqual(result, 'stored', 'an invalidated computation was stored')
}

export const FENCE_PROMISES: readonly Promised[] = [
  {
    name: 'one lease per key at a time',
    proof: async ({ backend }, other) => {
      const lease = await mustOwn(backend, 'k')
      assert.equal((await acquire(other, 'k')).status, 'wait')
      await mustOwn(other, 'another')
      assert.equal(await backend.fill(lease, draft('v')), 'stored')
      assert.equal((await mustRead(other, 'k')).value, 'v')
      await mustOwn(other, 'k')
    },
  },
  {
    name: 'a released lease is free',
    proof: async ({ backend }, other) => {
      const lease = await mustOwn(backend, 'k')
      await backend.release(lease)
      await backend.release(lease)
      const second = await mustOwn(other, 'k')
      assert.equal(await backend.fill(lease, draft('old')), 'lost')
      await backend.release(lease)
      assert.equal(await other.fill(second, draft('new')), 'stored')
      assert.equal((await mustRead(backend, 'k')).value, 'new')
    },
  },
  {
    name: 'a lease lapses, and its late fill changes nothing',
    proof: async ({ backend, advance }, other) => {
      const late = await mustOwn(backend, 'k', { leaseMs: 50 })
      await advance(100)
      const second = await mustOwn(other, 'k')
      assert.equal(await backend.fill(late, draft('late')), 'lost')
      await mustMiss(other, 'k')
      assert.equal(await other.fill(second, draft('new')), 'stored')
      assert.equal((await mustRead(backend, 'k')).value, 'new')
    },
  },
  {
    name: 'a renewed lease stays',
    proof: async ({ backend, advance }, other) => {
      const lease = await mustOwn(backend, 'k', { leaseMs: 200, tags: ['t'] })
      for (let turn = 0; turn < 4; turn++) {
        await advance(100)
        assert.equal(await backend.renew(lease, 200), true)
      }
      assert.equal((await acquire(other, 'k')).status, 'wait')
      assert.equal(await backend.fill(lease, draft('v', { tags: ['t'] })), 'stored')
      assert.equal(await backend.renew(lease, 200), false)
    },
  },
  {
    name: 'a lapsed lease cannot be renewed',
    proof: async ({ backend, advance }) => {
      const lease = await mustOwn(backend, 'k', { leaseMs: 50 })
      await advance(100)
      assert.equal(await backend.renew(lease, 1000), false)
    },
  },
  {
    name: 'an acquire after a change says changed',
    proof: async ({ backend }, other) => {
      const { version: nothing } = await mustMiss(backend, 'k')
      await other.write('k', draft('one'))
      const request = { tags: [], leaseMs: 1000, keepMs: 1000 }
      assert.equal((await backend.acquire('k', { ...request, version: nothing })).status, 'changed')
      const { version: one } = await mustRead(backend, 'k')
      await other.write('k', draft('two'))
      assert.equal((await backend.acquire('k', { ...request, version: one })).status, 'changed')
      const { version: two } = await mustRead(backend, 'k')
      assert.equal((await backend.acquire('k', { ...request, version: two })).status, 'own')
    },
  },
  ...BREAKERS.map(
    ([name, run]): Promised => ({
      name: `${name} refuses a computation acquired before it`,
      proof: async ({ backend }, other) => {
        const lease = await mustOwn(backend, 'k', { tags: ['t'] })
        await run(other)
        await refused(backend, lease)
        await mustMiss(other, 'k')
        const next = await mustOwn(other, 'k', { tags: ['t'] })
        assert.equal(await other.fill(next, draft('new', { tags: ['t'] })), 'stored')
        assert.equal((await mustRead(backend, 'k')).value, 'new')
      },
    }),
  ),
  {
    name: 'a pattern removal refuses a computation acquired before it',
    proof: async ({ backend }, other) => {
      const lease = await mustOwn(backend, 'k', { tags: ['t'] })
      await other.removePattern('k*', {})
      await refused(backend, lease)
      await mustMiss(other, 'k')
    },
  },
  {
    name: 'a pattern removal lets computations of other keys go on',
    proof: async ({ backend }, other) => {
      const lease = await mustOwn(backend, 'other:1', { tags: ['t'] })
      const third = await mustOwn(backend, 'other:2')
      for (const glob of ['k*', 'other:[3-9]', '?', 'other']) await other.removePattern(glob, {})
      assert.equal(await backend.fill(lease, draft('v', { tags: ['t'] })), 'stored')
      assert.equal(await backend.fill(third, undefined), 'stored')
      assert.equal((await mustRead(other, 'other:1')).value, 'v')
    },
  },
  {
    name: 'a pattern removal is remembered until a computation ends, after many others',
    proof: async ({ backend }, other) => {
      const lease = await mustOwn(backend, 'mine')
      await other.removePattern('m?ne', {})
      for (let more = 0; more < 5; more++) await other.removePattern(`k${more}*`, {})
      await refused(backend, lease)
    },
  },
  {
    name: 'a clear of a prefix lets computations of other keys go on',
    proof: async ({ backend }, other) => {
      const lease = await mustOwn(backend, 'other')
      await other.clear('k')
      assert.equal(await backend.fill(lease, draft('v')), 'stored')
      assert.equal((await mustRead(other, 'other')).value, 'v')
    },
  },
  {
    name: 'a write beats a computation acquired before it',
    proof: async ({ backend }, other) => {
      const lease = await mustOwn(backend, 'k')
      await other.write('k', draft('set'))
      assert.equal(await backend.fill(lease, draft('computed')), 'lost')
      assert.equal((await mustRead(backend, 'k')).value, 'set')
    },
  },
  {
    name: 'an old lease of the same process does not pass for a new one',
    proof: async ({ backend }) => {
      const first = await mustOwn(backend, 'k')
      await backend.remove(['k'])
      const second = await mustOwn(backend, 'k')
      assert.equal(await backend.fill(first, draft('old')), 'lost')
      assert.equal(await backend.fill(second, draft('new')), 'stored')
      assert.equal((await mustRead(backend, 'k')).value, 'new')
    },
  },
  {
    name: 'a tag invalidated before the acquire refuses nothing',
    proof: async ({ backend }, other) => {
      await other.invalidateTags(['t'])
      const lease = await mustOwn(backend, 'k', { tags: ['t'] })
      assert.equal(await backend.fill(lease, draft('v', { tags: ['t'] })), 'stored')
      assert.equal((await mustRead(other, 'k')).value, 'v')
    },
  },
  {
    name: 'a tag named only at the end is fenced from the beginning',
    proof: async ({ backend }, other) => {
      const doomed = await mustOwn(backend, 'k')
      await other.invalidateTags(['late'])
      assert.equal(await backend.fill(doomed, draft('old', { tags: ['late'] })), 'stale')
      await mustMiss(other, 'k')
      const lease = await mustOwn(backend, 'k')
      assert.equal(await backend.fill(lease, draft('new', { tags: ['late'] })), 'stored')
      await mustRead(other, 'k')
      await other.invalidateTags(['late'])
      await mustMiss(backend, 'k')
    },
  },
  {
    name: 'a tag that was captured but not kept still fences the fill',
    proof: async ({ backend }, other) => {
      const doomed = await mustOwn(backend, 'k', { tags: ['t'] })
      await other.invalidateTags(['t'])
      assert.equal(await backend.fill(doomed, draft('old')), 'stale')
      const lease = await mustOwn(backend, 'k', { tags: ['t'] })
      assert.equal(await backend.fill(lease, draft('new')), 'stored')
      await other.invalidateTags(['t'])
      assert.equal((await mustRead(backend, 'k')).value, 'new')
    },
  },
  {
    name: 'a fill without a draft stores nothing and answers the same',
    proof: async ({ backend }, other) => {
      const lease = await mustOwn(backend, 'k', { tags: ['t'] })
      assert.equal(await backend.fill(lease, undefined), 'stored')
      await mustMiss(other, 'k')
      const doomed = await mustOwn(other, 'k', { tags: ['t'] })
      await backend.invalidateTags(['t'])
      assert.notEqual(await other.fill(doomed, undefined), 'stored')
      await mustOwn(backend, 'k')
    },
  },
  ...(['fill', 'release', 'write', 'remove'] as const).map(
    (verb): Promised => ({
      name: `whoever waits for a lease is awakened by a ${verb}`,
      proof: async ({ backend }, other) => {
        const lease = await mustOwn(backend, 'k')
        const waiter = awakened(other, 'k')
        try {
          assert.equal((await acquire(other, 'k')).status, 'wait')
          if (verb === 'fill') await backend.fill(lease, draft('v'))
          else if (verb === 'release') await backend.release(lease)
          else if (verb === 'write') await backend.write('k', draft('v'))
          else await backend.remove(['k'])
          await waiter.promise
        } finally {
          waiter.stop()
        }
      },
    }),
  ),
]
