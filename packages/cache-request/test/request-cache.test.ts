import { setTimeout as sleep } from 'node:timers/promises'
import { CacheError } from '@holdfast/cache-core'
import { describe, expect, it, vi } from 'vitest'
import {
  cacheInRequest,
  clearRequestCache,
  getRequestCache,
  memoInRequest,
  requestCache,
  runInRequest,
} from '../src/index.js'

describe('a request', () => {
  it('keeps values across everything that it awaits and starts', async () => {
    const late: unknown[] = []
    const result = await runInRequest(async () => {
      cacheInRequest('current_user', { id: 1 })
      await sleep(1)
      setTimeout(() => late.push(getRequestCache('current_user')), 1)
      return getRequestCache<{ id: number }>('current_user')
    })
    expect(result).toEqual({ id: 1 })
    await vi.waitFor(() => expect(late).toEqual([{ id: 1 }]))
    expect(getRequestCache('current_user')).toBeUndefined()
  })

  it('returns and throws what its function does', () => {
    expect(runInRequest(() => 5)).toBe(5)
    const error = new Error('x')
    expect(() =>
      runInRequest(() => {
        throw error
      }),
    ).toThrow(error)
  })

  it('sees nothing of another one at the same time', async () => {
    const one = (id: number) =>
      runInRequest(async () => {
        expect(getRequestCache('id')).toBeUndefined()
        cacheInRequest('id', id)
        await sleep(id % 5)
        return getRequestCache('id')
      })
    const ids = Array.from({ length: 100 }, (_, id) => id)
    expect(await Promise.all(ids.map(one))).toEqual(ids)
  })

  it('within another one is its own', () => {
    runInRequest(() => {
      cacheInRequest('a', 1)
      runInRequest(() => {
        expect(getRequestCache('a')).toBeUndefined()
        cacheInRequest('a', 2)
        clearRequestCache()
      })
      expect(getRequestCache('a')).toBe(1)
    })
  })

  it('forgets on clearRequestCache, and may keep again', () => {
    runInRequest(() => {
      cacheInRequest('a', 1)
      clearRequestCache()
      expect(getRequestCache('a')).toBeUndefined()
      cacheInRequest('a', 2)
      expect(getRequestCache('a')).toBe(2)
    })
  })

  it('takes symbols, and any value', () => {
    const mine = Symbol('mine')
    runInRequest(() => {
      for (const value of [undefined, null, 0, '', false, Number.NaN]) {
        cacheInRequest(mine, value)
        expect(getRequestCache(mine)).toBe(value)
      }
    })
  })

  it('is one for every copy of the package', async () => {
    vi.resetModules()
    const copy = await import('../src/index.js')
    expect(copy.runInRequest).not.toBe(runInRequest)
    copy.runInRequest(() => {
      cacheInRequest('a', 1)
      expect(copy.getRequestCache('a')).toBe(1)
    })
  })
})

describe('outside a request', () => {
  it('nothing is there to be read or cleared', () => {
    expect(getRequestCache('a')).toBeUndefined()
    expect(clearRequestCache()).toBeUndefined()
  })

  it('nothing can be kept, and the error says what to do', async () => {
    const error = expect.objectContaining({
      code: 'E_CONFIG',
      message: expect.stringMatching(/outside a request.*runInRequest\(.*requestCache\(\)/),
    })
    expect(() => cacheInRequest('a', 1)).toThrow(error)
    const load = vi.fn()
    await expect(memoInRequest('a', load)).rejects.toThrow(error)
    expect(load).not.toHaveBeenCalled()
  })
})

describe('memoInRequest', () => {
  it('loads once, also for calls at one time, and also when it is undefined', async () => {
    const load = vi.fn(async () => {
      await sleep(1)
    })
    await runInRequest(async () => {
      await Promise.all([memoInRequest('a', load), memoInRequest('a', load)])
      await memoInRequest('a', load)
    })
    expect(load).toHaveBeenCalledTimes(1)
    await runInRequest(() => memoInRequest('a', load))
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('shares what is kept by other means', async () => {
    await runInRequest(async () => {
      cacheInRequest('a', 1)
      expect(await memoInRequest('a', () => 2)).toBe(1)
      expect(await memoInRequest('b', () => 3)).toBe(3)
      expect(getRequestCache('b')).toBe(3)
    })
  })

  it('does not keep a failure, which all who share the load are given', async () => {
    const error = new Error('down')
    const load = vi.fn().mockImplementationOnce(() => {
      throw error
    })
    await runInRequest(async () => {
      const both = await Promise.allSettled([memoInRequest('a', load), memoInRequest('a', load)])
      expect(both.map((one) => one.status === 'rejected' && one.reason)).toEqual([error, error])
      load.mockReturnValueOnce(1)
      expect(await memoInRequest('a', load)).toBe(1)
    })
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('does not keep what was overtaken', async () => {
    await runInRequest(async () => {
      const overtaken = memoInRequest('a', () => sleep(2, 'old'))
      cacheInRequest('a', 'new')
      expect(await overtaken).toBe('old')
      expect(getRequestCache('a')).toBe('new')

      const cleared = memoInRequest('b', () => sleep(2, 'old'))
      clearRequestCache()
      const after = memoInRequest('b', () => sleep(5, 'new'))
      expect(await cleared).toBe('old')
      expect(getRequestCache('b')).toBeUndefined()
      expect(await after).toBe('new')
      expect(getRequestCache('b')).toBe('new')

      await memoInRequest('c', () => {
        cacheInRequest('c', 'new')
        return 'old'
      })
      expect(getRequestCache('c')).toBe('new')
    })
  })
})

describe('what is refused', () => {
  it.each<[string, () => unknown]>([
    ['no function', () => runInRequest(5 as never)],
    ['an empty key', () => runInRequest(() => cacheInRequest('', 1))],
    ['a key that is a number', () => runInRequest(() => cacheInRequest(5 as never, 1))],
    ['a middleware without next', () => (requestCache() as unknown as (context: object) => void)({})],
  ])('%s', (_, act) => {
    expect(act).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
  })

  it('no load', async () => {
    const error = await runInRequest(() => memoInRequest('a', 5 as never)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CacheError)
  })
})
