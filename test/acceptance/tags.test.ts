import { Redis } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { ARRANGEMENTS, held, redis } from './nodes.js'

describe.each(ARRANGEMENTS)('tags on $name', ({ open }) => {
  it('that a loader names apply as those of the call do', async () => {
    const { a, b } = open()
    await a.getOrSet('k', ({ setOptions }) => {
      setOptions({ tags: ['named late'] })
      return 'old'
    })
    expect((await b.lookup('k')).tags).toEqual(['named late'])
    await b.invalidateTags(['named late'])
    expect(await a.get('k')).toBeUndefined()
  })

  it('hold for values that are refreshed behind the reader’s back', async () => {
    const { a, b } = open()
    const options = { tags: ['t'], staleWhileRevalidate: 60 }
    await a.set('k', 'oldest', { tags: ['t'], grace: 60 })
    await a.expire('k')
    const load = held(() => 'old')
    expect(await a.getOrSet('k', load, options)).toBe('oldest')
    await load.entered
    await b.invalidateTags(['t'])
    expect(await a.get('k')).toBeUndefined()
    load.letGo()
    expect(await a.getOrSet('k', () => 'new', options)).toBe('new')
    expect(await b.getOrSet('k', () => 'unused', options)).toBe('new')
    await b.invalidateTags(['t'])
    expect(await a.getOrSet('k', () => 'newest', options)).toBe('newest')
  })

  it('are not added to the options of the caller', async () => {
    const { a } = open()
    const options = Object.freeze({ ttl: '1m', tags: Object.freeze(['t']), grace: 1 })
    await a.set('k', 1, options)
    await a.setMany({ l: 1 }, options)
    await a.getOrSet('m', ({ setOptions }) => (setOptions({ tags: ['u'] }), 1), options)
    await a.getOrSetMany(['n'], (_, { setOptions }) => (setOptions({ tags: ['v'] }), { n: 1 }), options)
    expect(options).toEqual({ ttl: '1m', tags: ['t'], grace: 1 })
  })
})

describe('a nonce that Redis lost', () => {
  it.each([
    ['a tag’s', ':t:'],
    ['the cache’s', ':e'],
  ])('%s makes its values invalid and never valid again', async (_, part) => {
    const { a, b } = redis.open()
    const client = new Redis(inject('redisUrl'))
    try {
      await a.set('k', 'old', { tags: ['t'] })
      const [[, keys]] = [await client.scan('0', 'MATCH', `acceptance-*${part}*`, 'COUNT', 100_000)]
      expect(keys.length).toBeGreaterThan(0)
      await client.del(keys)
      expect(await b.get('k')).toBeUndefined()
      // The nonce is made anew by whoever needs it; the value of before stays invalid.
      await a.set('other', 1, { tags: ['t'] })
      expect(await b.get('k')).toBeUndefined()
      expect(await a.getOrSet('k', () => 'new', { tags: ['t'] })).toBe('new')
      expect(await b.get('k')).toBe('new')
    } finally {
      client.disconnect()
    }
  })
})
