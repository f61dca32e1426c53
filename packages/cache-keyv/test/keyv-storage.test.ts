import { ManualClock } from '@holdfast/cache-core/testing'
import { keyvStorage } from '@holdfast/cache-keyv'
import { MemoryBackend } from '@holdfast/cache-memory'
import Keyv from 'keyv'
import { describe, expect, it } from 'vitest'

const open = () => {
  const clock = new ManualClock(Date.now())
  const backend = new MemoryBackend({ clock })
  const keyv = (namespace: string) => new Keyv({ store: keyvStorage(backend, { clock }), namespace })
  return { clock, backend, keyv }
}

describe('keyvStorage', () => {
  it('stores, finds and removes through Keyv', async () => {
    const keyv = open().keyv('a')
    expect(await keyv.get('k')).toBeUndefined()
    await keyv.set('k', { n: 1 })
    expect(await keyv.get('k')).toEqual({ n: 1 })
    expect(await keyv.has('k')).toBe(true)
    expect(await keyv.delete('k')).toBe(true)
    expect(await keyv.delete('k')).toBe(false)
    expect(await keyv.get('k')).toBeUndefined()
  })

  it('clears its own namespace only', async () => {
    const { keyv } = open()
    const [a, ab] = [keyv('a'), keyv('ab')]
    await a.set('k', 1)
    await ab.set('k', 2)
    await a.clear()
    expect([await a.get('k'), await ab.get('k')]).toEqual([undefined, 2])
  })

  it('takes lifetimes in milliseconds', async () => {
    const { clock, backend } = open()
    const storage = keyvStorage(backend, { clock })
    await storage.set('k', 'v', 50)
    await clock.advance(49)
    expect(await storage.get('k')).toBe('v')
    await clock.advance(1)
    expect(await storage.get('k')).toBeUndefined()
  })

  it('misses what is stale', async () => {
    const { clock, backend } = open()
    const storage = keyvStorage(backend, { clock })
    const now = clock.now()
    backend.write('k', { value: 'v', tags: [], createdAt: now, freshUntil: now + 10, keepUntil: now + 100, loadMs: 0 })
    expect(await storage.has('k')).toBe(true)
    await clock.advance(10)
    expect([await storage.get('k'), await storage.has('k')]).toEqual([undefined, false])
  })
})
