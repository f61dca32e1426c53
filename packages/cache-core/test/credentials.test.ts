import { createCache, fenced, type KeyValueStore, withoutCredentials } from '@holdfast/cache-core'
import { describe, expect, it } from 'vitest'

describe('what may be shown', () => {
  it.each([
    ['connect to redis://:hunter2@h:6379 failed', 'connect to redis://***@h:6379 failed'],
    ['rediss://ada:hunter2@h', 'rediss://***@h'],
    ['postgres://ada:hun@t/er2@h/db?x=1', 'postgres://***@h/db?x=1'],
    ['a redis://u:hunter2@h and "redis://v:hunter2@i"', 'a redis://***@h and "redis://***@i"'],
    ['redis://h:6379, mail ada@example.org', 'redis://h:6379, mail ada@example.org'],
    ['nothing', 'nothing'],
  ])('%s', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown)
  })

  it('is all that health and errors tell of the address in a message of a store', async () => {
    const fail = async (): Promise<never> => {
      throw new Error('no route to mongodb://ada:hunter2@db.example.org')
    }
    const store: KeyValueStore = { name: 'away', get: fail, set: fail, delete: fail, clear: fail }
    const cache = createCache({ backend: fenced(store) })
    const health = await cache.health()
    expect(health).toMatchObject({
      status: 'degraded',
      backend: { status: 'down', detail: { message: 'no route to mongodb://***@db.example.org' } },
    })
    await expect(cache.set('k', 1)).rejects.toThrow('no route to mongodb://***@db.example.org')
    await cache.close()
  })
})
