import { type Clock, createCache, systemClock } from '@holdfast/cache-core'
import { ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, expect, it, vi } from 'vitest'
import { ExactTime, RememberedTime } from '../src/time.js'

/** Counts how often it is asked. */
class Counted extends ManualClock {
  asks = 0
  override now(): number {
    this.asks++
    return super.now()
  }
}

const draft = (clock: Clock, ttlMs: number) => {
  const createdAt = clock.now()
  return { value: 1, tags: [], createdAt, freshUntil: createdAt + ttlMs, keepUntil: createdAt + ttlMs, loadMs: 0 }
}

describe('remembered time', () => {
  it('asks the clock once a millisecond', async () => {
    const clock = new Counted()
    const time = new RememberedTime(clock)
    for (let ask = 0; ask < 100; ask++) time.now()
    expect(clock.asks).toBe(1)
    await clock.advance(1)
    expect(time.now()).toBe(clock.now())
  })

  it('asks again after 256 answers where no timer runs', () => {
    const clock = new Counted()
    const time = new RememberedTime(clock)
    const first = time.now()
    clock.step(500)
    let stale = 1
    while (time.now() === first) stale++
    expect(stale).toBe(256)
  })

  it('the exact time is asked for, and remembered for what follows', () => {
    const clock = new Counted()
    const time = new RememberedTime(clock)
    time.now()
    clock.step(500)
    const exact = time.exact()
    expect(exact).toBe(clock.now())
    expect(time.now()).toBe(exact)
  })

  it('has one timer at most, none when idle, none when closed', async () => {
    const clock = new ManualClock()
    const time = new RememberedTime(clock)
    expect(clock.pending).toBe(0)
    for (let ask = 0; ask < 1000; ask++) time.exact()
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(clock.pending).toBe(0)
    time.now()
    time.close()
    expect(clock.pending).toBe(0)
  })

  it('works again after a timer was lost to a close', async () => {
    const clock = new ManualClock()
    const time = new RememberedTime(clock)
    time.now()
    time.close()
    clock.step(10)
    expect(time.now()).toBe(clock.now())
  })
})

describe('the time of the backend', () => {
  it('an injected clock is asked at every read', () => {
    const clock = new ManualClock()
    const backend = new MemoryBackend({ clock })
    backend.write('k', draft(clock, 100))
    clock.step(99)
    expect(backend.read('k').present).toBe(true)
    clock.step(1)
    expect(backend.read('k').present).toBe(false)
    expect(clock.pending).toBe(0)
    expect(new ExactTime(clock).now()).toBe(clock.now())
  })

  it('by default an entry is gone a few reads after its time, though the program lets no timer run', () => {
    const now = vi.spyOn(Date, 'now')
    const backend = new MemoryBackend()
    try {
      now.mockReturnValue(1000)
      backend.write('k', draft(systemClock, 100))
      expect(backend.read('k').present).toBe(true)
      now.mockReturnValue(1100)
      let reads = 0
      while (backend.read('k').present) reads++
      expect(reads).toBeLessThan(256)
    } finally {
      now.mockRestore()
      backend.close()
    }
  })

  it('leases, touches and removals go by the exact time', () => {
    const now = vi.spyOn(Date, 'now')
    const backend = new MemoryBackend()
    const request = { version: undefined, tags: [], leaseMs: 50, keepMs: 50 }
    try {
      now.mockReturnValue(1000)
      backend.write('k', draft(systemClock, 100))
      backend.write('other', draft(systemClock, 100))
      const acquired = backend.acquire('free', request)
      if (acquired.status !== 'own') throw new Error(acquired.status)
      expect(backend.read('k').present).toBe(true)
      now.mockReturnValue(1100)
      expect(backend.renew(acquired.lease, 50)).toBe(false)
      expect(backend.fill(acquired.lease, draft(systemClock, 100))).toBe('lost')
      expect(backend.acquire('free', request).status).toBe('own')
      expect(backend.touch('k', 5000, 5000)).toBe(false)
      expect(backend.remove(['other'])).toBe(0)
      expect(backend.read('k').present).toBe(false)
    } finally {
      now.mockRestore()
      backend.close()
    }
  })

  it('whoever saw that an entry has ended never sees it again', () => {
    const now = vi.spyOn(Date, 'now')
    const backend = new MemoryBackend()
    try {
      now.mockReturnValue(1000)
      backend.write('one', draft(systemClock, 100))
      backend.write('two', draft(systemClock, 100))
      backend.read('one')
      now.mockReturnValue(1100)
      expect(backend.remove(['one'])).toBe(0)
      expect(backend.read('two').present).toBe(false)
    } finally {
      now.mockRestore()
      backend.close()
    }
  })

  it('a cache over it with the real clock ends entries in time', async () => {
    const cache = createCache({ backend: new MemoryBackend(), jitter: 0 })
    await cache.set('k', 1, { ttl: '20ms' })
    expect(await cache.get('k')).toBe(1)
    await vi.waitFor(async () => expect(await cache.get('k')).toBeUndefined(), { timeout: 2000, interval: 2 })
    await cache.close()
  })
})

describe('timers of the backend', () => {
  it('do not keep the process alive', () => {
    const after = vi.spyOn(globalThis, 'setTimeout')
    const backend = new MemoryBackend()
    try {
      backend.write('k', draft(systemClock, 1e6))
      backend.read('k')
      const timers = after.mock.results.map(({ value }) => value as NodeJS.Timeout)
      expect(timers.length).toBe(1)
      expect(timers.every((timer) => !timer.hasRef())).toBe(true)
    } finally {
      after.mockRestore()
      backend.close()
    }
  })
})
