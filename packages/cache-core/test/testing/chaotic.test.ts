import { createCache } from '@holdfast/cache-core'
import { type ChaosPlan, chaotic, ManualClock, settle } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'

const rig = (plan: ChaosPlan) => {
  const clock = new ManualClock()
  return { clock, cache: createCache({ backend: chaotic(new MemoryBackend({ clock }), plan), clock }) }
}

describe('a store in trouble', () => {
  it('that refuses reads: they miss, loads load, and their result is still kept', async () => {
    const { cache } = rig((verb) => (verb === 'read' || verb === 'readMany' ? 'refused' : undefined))
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.getMany(['k'])).toEqual(new Map())
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(cache.stats()).toMatchObject({ degraded: 3, stored: 1 })
    await cache.close()
  })

  it('that refuses invalidations: they reject', async () => {
    const { cache } = rig((verb) =>
      ['remove', 'removePattern', 'invalidateTags', 'clear'].includes(verb) ? 'refused' : undefined,
    )
    for (const call of [cache.delete('k'), cache.deletePattern('*'), cache.invalidateTags(['t']), cache.clear()]) {
      await expect(call).rejects.toMatchObject({ code: 'E_UNAVAILABLE' })
    }
    await cache.close()
  })

  it('that loses the answer to a fill: the leader has his value, and the next caller finds it stored', async () => {
    const { cache } = rig((verb) => (verb === 'fill' ? 'answer-lost' : undefined))
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    expect(await cache.get('k')).toBe('loaded')
    await cache.close()
  })

  it('that cannot be asked for a lease: all who are aboard share one load, and nothing is kept', async () => {
    const { cache } = rig((verb) => (verb === 'acquire' ? 'refused' : undefined))
    let loads = 0
    const load = async () => {
      await settle()
      return ++loads
    }
    expect(await Promise.all(Array.from({ length: 20 }, () => cache.getOrSet('k', load)))).toEqual(Array(20).fill(1))
    expect(await cache.has('k')).toBe(false)
    await cache.close()
  })

  it('that answers a fill late: whoever comes after the deletion does not join', async () => {
    let answer = (): void => undefined
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    let fills = 0
    const { cache } = rig((verb) => (verb === 'fill' && ++fills === 1 ? { answerAfter: held } : undefined))
    const first = cache.getOrSet('k', () => 'old')
    await settle()
    await cache.delete('k')
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    answer()
    expect(await first).toBe('old')
    expect(await cache.get('k')).toBe('new')
    await cache.close()
  })
})
