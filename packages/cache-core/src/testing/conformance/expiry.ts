import type { Promised } from './runner.js'
import { assert, draft, mustMiss, mustOwn, mustRead } from './tools.js'

/** Made stale, not removed. */
export const EXPIRY_PROMISES: readonly Promised[] = [
  {
    name: 'an expired key is stale within its grace, gone without one, and counted',
    proof: async ({ backend }, other) => {
      await backend.write('grace', draft('old', { graceMs: 60_000 }))
      await backend.write('none', draft('old'))
      const at = Date.now()
      assert.equal(await other.expire(['grace', 'none', 'absent'], at), 2)
      const entry = await mustRead(backend, 'grace')
      assert.ok(entry.freshUntil <= at && entry.freshUntil < entry.keepUntil)
      await mustMiss(backend, 'none')
    },
  },
  {
    name: 'an expired tag makes stale what carries it, and only that',
    proof: async ({ backend }, other) => {
      await backend.write('a', draft('old', { tags: ['t', 'u'], graceMs: 60_000 }))
      await backend.write('b', draft('old', { tags: ['t'] }))
      await backend.write('c', draft('old', { tags: ['u'], graceMs: 60_000 }))
      await other.expireTags(['t', 'unheard of'])
      const entry = await mustRead(backend, 'a')
      assert.ok(entry.freshUntil <= Date.now() + 1 && entry.freshUntil < entry.keepUntil)
      await mustMiss(other, 'b')
      assert.ok((await mustRead(other, 'c')).freshUntil > Date.now() + 30_000)
      await backend.write('b', draft('new', { tags: ['t'], graceMs: 60_000 }))
      assert.ok((await mustRead(other, 'b')).freshUntil > Date.now() + 30_000)
    },
  },
  {
    name: 'what is stale by its tag can still be invalidated by it',
    proof: async ({ backend }, other) => {
      await backend.write('k', draft('old', { tags: ['t'], graceMs: 60_000 }))
      await other.expireTags(['t'])
      await backend.write('later', draft('new', { tags: ['t'] }))
      await other.invalidateTags(['t'])
      await mustMiss(backend, 'k')
      await mustMiss(backend, 'later')
    },
  },
  {
    name: 'expiring refuses a computation acquired before it',
    proof: async ({ backend }, other) => {
      const byKey = await mustOwn(backend, 'k', { tags: ['t'] })
      await other.expire(['k'], Date.now())
      assert.notEqual(await backend.fill(byKey, draft('old', { tags: ['t'] })), 'stored')
      const byTag = await mustOwn(backend, 'k', { tags: ['t'] })
      await other.expireTags(['t'])
      assert.notEqual(await backend.fill(byTag, draft('old', { tags: ['t'] })), 'stored')
      const late = await mustOwn(backend, 'k')
      await other.expireTags(['t'])
      assert.notEqual(await backend.fill(late, draft('old', { tags: ['t'] })), 'stored')
      await mustMiss(other, 'k')
    },
  },
]
