import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'

describe('slips of the caller are told, and nothing is touched', () => {
  const cache = createCache({ backend: new MemoryBackend() })
  it.each([
    ['a controller for its signal', () => cache.getOrSet('k', () => 1, { signal: new AbortController() as never })],
    ['a controller for a pattern', () => cache.deletePattern('*', { signal: new AbortController() as never })],
    ['null for a signal', () => cache.getOrSet('k', () => 1, { signal: null as never })],
    ['no tags to invalidate', () => cache.invalidateTags(undefined as never)],
    ['no function for onProgress', () => cache.deletePattern('*', { onProgress: 5 as never })],
    ['no tags to expire', () => cache.expireTags(undefined as never)],
  ])('%s', async (_, call) => {
    await cache.set('k', 'before')
    await expect(call()).rejects.toMatchObject({ code: 'E_CONFIG' })
    expect(await cache.get('k')).toBe('before')
  })
})

describe('a cache is not made with', () => {
  const backend = new MemoryBackend()
  it.each([
    ['a recorder that does not record', { recorder: {} }],
    ['a clock that shows no time', { clock: {} }],
    ['a lease that outlives its holder', { protection: { lockTtl: 1e19 } }],
    ['a limit for loads that is none', { protection: { maxLoad: 'long' } }],
    ['a near backend before one that does not tell of changes', { near: new MemoryBackend() }],
  ])('%s', (_, options) => {
    expect(() => createCache({ backend, ...(options as object) })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    )
  })
})
