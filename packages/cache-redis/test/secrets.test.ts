import { inspect } from 'node:util'
import { createCache, isCacheError } from '@holdfast/cache-core'
import { recordingRecorder } from '@holdfast/cache-core/testing'
import { RedisBackend, type RedisOptions } from '@holdfast/cache-redis'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../../../test/redis-server/index.js'
import { cacheOn } from './support/caches.js'

const SECRET = 'hunter2'
let server: RedisServer

beforeAll(async () => {
  server = await startRedis({ password: 'another' })
})
afterAll(() => server.stop())

function thrownBy(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    return error
  }
}

/** Everything that a log could come to hold, hidden properties included. */
const logged = (value: unknown): string =>
  `${inspect(value, { depth: 12, showHidden: true })}\n${isCacheError(value) ? value.stack : JSON.stringify(value)}`

describe('a password is never told', () => {
  it.each<[string, (server: RedisServer) => RedisOptions]>([
    ['in a URL', ({ host, port }) => ({ url: `redis://ada:${SECRET}@${host}:${port}` })],
    ['as an option', ({ host, port }) => ({ host, port, password: SECRET })],
    ['of a user', ({ host, port }) => ({ host, port, username: 'ada', password: SECRET })],
    ['to a server that is not there', () => ({ url: `redis://:${SECRET}@127.0.0.1:1` })],
    ['to a cluster', ({ host, port }) => ({ cluster: { nodes: [`${host}:${port}`] }, password: SECRET })],
    [
      'to sentinels',
      ({ host, port }) => ({
        sentinel: { nodes: [`${host}:${port}`], username: 'ada', password: SECRET },
        password: SECRET,
      }),
    ],
  ])(
    '%s: not by errors and their causes, health, explain, events, and not by the backend itself',
    async (_, options) => {
      const recorder = recordingRecorder()
      const backend = new RedisBackend({ ...options(server), startupWait: '300ms' })
      const cache = createCache({ backend, recorder })
      const told = [
        await cache.health(),
        await cache.set('k', 1).catch((error: unknown) => error),
        await cache.explain('k').catch((error: unknown) => error),
        await cache.invalidateTags(['t']).catch((error: unknown) => error),
        recorder,
        backend,
        cache,
      ].map(logged)
      expect(told[1]).toMatch(/E_AUTH|E_UNAVAILABLE|E_CLUSTER/)
      for (const text of told) expect(text).not.toContain(SECRET)
      await cache.close()
    },
  )

  it('when a URL stands where only a host may', () => {
    for (const host of [`redis://ada:${SECRET}@h`, `ada:${SECRET}@h`]) {
      const error = thrownBy(() => new RedisBackend({ host }))
      expect(isCacheError(error, 'E_CONFIG')).toBe(true)
      expect(logged(error)).toContain('host is more than a name')
      expect(logged(error)).not.toContain(SECRET)
    }
  })

  it('nor is the value that a server refused, also over a client of yours', async () => {
    const full = await startRedis({ own: true, args: ['--maxmemory-policy', 'noeviction'] })
    const client = new Redis(full.url)
    client.on('error', () => undefined)
    try {
      const cache = cacheOn({ client: client as never })
      await cache.health()
      await client.config('SET', 'maxmemory', '1')
      const error = await cache.set('k', { card: SECRET }).catch((reason: unknown) => reason)
      expect(isCacheError(error, 'E_OOM')).toBe(true)
      expect(logged(error)).toContain('command: { name:')
      expect(logged(error)).not.toContain(SECRET)
      await cache.close()
    } finally {
      client.disconnect()
      await full.stop()
    }
  })
})
