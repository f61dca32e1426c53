import { ManualClock } from '@holdfast/cache-core/testing'
import { describe, expect, it } from 'vitest'
import { startRedis } from '../../../test/redis-server/index.js'
import { Breaker } from '../src/connection/breaker.js'
import { cacheOn } from './support/caches.js'

describe('the breaker', () => {
  const opened = () => {
    const clock = new ManualClock()
    const breaker = new Breaker(clock)
    for (let count = 0; count < 5; count++) {
      expect(breaker.admits()).toBe(true)
      breaker.unanswered()
    }
    return { clock, breaker }
  }

  it('opens after five failures in a row, and not before', () => {
    const breaker = new Breaker(new ManualClock())
    for (let count = 0; count < 20; count++) {
      breaker.unanswered()
      if (count % 4 === 3) breaker.answered()
      expect(breaker.admits()).toBe(true)
    }
    expect(opened().breaker.admits()).toBe(false)
  })

  it('lets one try after a pause that doubles up to ten seconds', async () => {
    const { clock, breaker } = opened()
    for (const pause of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
      await clock.advance(pause - 1)
      expect(breaker.admits()).toBe(false)
      await clock.advance(1)
      expect(breaker.admits()).toBe(true)
      expect(breaker.admits()).toBe(false)
      breaker.unanswered()
    }
    await clock.advance(10_000)
    expect(breaker.admits()).toBe(true)
    breaker.answered()
    expect([breaker.admits(), breaker.admits(), breaker.open]).toEqual([true, true, false])
  })

  it('closes at once for a new connection, and late failures do not lengthen the pause', async () => {
    const { clock, breaker } = opened()
    for (let late = 0; late < 50; late++) breaker.unanswered()
    await clock.advance(1000)
    expect(breaker.admits()).toBe(true)
    breaker.answered()
    expect(breaker.admits()).toBe(true)
  })
})

describe('a server that freezes', () => {
  it('costs the first callers their deadline, and the next ones nothing; it is used again when it thaws', async () => {
    const server = await startRedis({ own: true })
    const cache = cacheOn({ host: server.host, port: server.port, readDeadline: '200ms', writeDeadline: '200ms' })
    try {
      await cache.set('k', 'kept')
      await server.freeze()
      for (let count = 0; count < 5; count++) expect(await cache.get('k')).toBeUndefined()
      const began = performance.now()
      for (let count = 0; count < 50; count++) expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      expect(performance.now() - began).toBeLessThan(500)
      await expect(cache.set('k', 1)).rejects.toMatchObject({ code: 'E_UNAVAILABLE', outcome: 'not-applied' })
      expect((await cache.health()).status).toBe('degraded')
      await server.thaw()
      await expect.poll(() => cache.get('k'), { timeout: 5000, interval: 20 }).toBe('kept')
    } finally {
      await server.stop()
    }
  })

  it('is told of every invalidation all the same', async () => {
    const server = await startRedis({ own: true })
    const { host, port } = server
    const cache = cacheOn({ host, port, readDeadline: '100ms', invalidateDeadline: '10s' })
    try {
      await cache.set('k', 'old')
      await server.freeze()
      for (let count = 0; count < 6; count++) await cache.get('k')
      const removed = cache.delete('k')
      await server.thaw()
      expect(await removed).toBe(true)
    } finally {
      await server.stop()
    }
  })
})
