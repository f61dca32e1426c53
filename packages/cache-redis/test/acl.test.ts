import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { startRedis } from '../../../test/redis-server/index.js'
import { cacheOn } from './support/caches.js'

/** The rules that README.md names. */
const RULES = ['+@read', '+@write', '+@scripting', '+@pubsub', '+@connection', '+info', '+time', '~app:*', '&app:n']

describe('an ACL user', () => {
  it('with the rules of the README can do everything, under its prefix only', async () => {
    const server = await startRedis({ own: true })
    const { host, port } = server
    const admin = new Redis({ host, port })
    try {
      await admin.call('ACL', 'SETUSER', 'cache', 'reset', 'on', '>secret', ...RULES)
      const open = (prefix: string) => cacheOn({ host, port, username: 'cache', password: 'secret', prefix })
      const [one, two] = [open('app'), open('app')]
      const load = async () => (await sleep(50), 'loaded')
      expect(
        await Promise.all([one.getOrSet('k', load, { tags: ['t'] }), two.getOrSet('k', load, { tags: ['t'] })]),
      ).toEqual(['loaded', 'loaded'])
      expect(one.stats().loads + two.stats().loads).toBe(1)
      await one.set('a', 1, { tags: ['t'], grace: 60 })
      expect(await one.touch('a', 60)).toBe(true)
      expect(await one.expire('a')).toBe(true)
      await one.expireTags(['t'])
      await one.invalidateTags(['t'])
      await one.setMany({ 'x:1': 1, 'x:2': 2 })
      expect((await one.getMany(['x:1', 'x:2'])).size).toBe(2)
      expect(await one.deletePattern('x:*')).toBe(2)
      expect(await one.delete('k')).toBe(false)
      await one.clear()
      expect(one.stats().degraded).toBe(0)
      expect((await one.health()).status).toBe('up')
      await expect(open('other').set('k', 1)).rejects.toMatchObject({ code: 'E_AUTH' })
    } finally {
      admin.disconnect()
      await server.stop()
    }
  })

  it('who may write some of many keys is told that a part was written', async () => {
    const server = await startRedis({ own: true })
    const { host, port } = server
    const admin = new Redis({ host, port })
    try {
      await admin.call('ACL', 'SETUSER', 'cache', 'reset', 'on', '>secret', '+@all', '&*', '%R~*', '~app:[^v]*')
      const cache = cacheOn({ host, port, username: 'cache', password: 'secret', prefix: 'app' })
      const refused = { code: 'E_AUTH', outcome: 'not-applied' }
      await expect(cache.setMany({ a: 1, b: 2 })).rejects.toMatchObject(refused)
      const many = Array.from({ length: 300 }, (_, index) => `a${index}`)
      await expect(cache.deleteMany(many)).rejects.toMatchObject(refused)
      await admin.call('ACL', 'SETUSER', 'cache', '~app:v:a')
      await expect(cache.setMany({ a: 1, b: 2 })).rejects.toMatchObject({ ...refused, outcome: 'applied-partially' })
      expect(await admin.exists('app:v:a', 'app:v:b')).toBe(1)
      // Which of them were stored is not known here: none is believed.
      expect(await cache.getMany(['a', 'b'])).toEqual(new Map())
    } finally {
      admin.disconnect()
      await server.stop()
    }
  })
})
