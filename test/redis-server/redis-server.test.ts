import { Redis } from 'ioredis'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { type RedisServer, startRedis } from './index.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const start = async (options: Parameters<typeof startRedis>[0]): Promise<RedisServer> => {
  const server = await startRedis(options)
  cleanups.push(() => server.stop())
  return server
}

const connect = (url: string, options: { commandTimeout?: number } = {}): Redis => {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null, ...options })
  client.on('error', () => {})
  cleanups.push(() => client.disconnect())
  return client
}

describe('the shared server', () => {
  it('answers PING', async () => {
    await expect(connect(inject('redisUrl')).ping()).resolves.toBe('PONG')
  })
})

describe('a server of one’s own', () => {
  it('asks for its password', async () => {
    const { url, host, port } = await start({ password: 's3cret/@:' })
    await expect(connect(url).ping()).resolves.toBe('PONG')
    await expect(connect(`redis://${host}:${port}`).ping()).rejects.toThrow('NOAUTH')
  })

  it('takes arguments', async () => {
    const { url } = await start({ args: ['--maxmemory', '16mb', '--maxmemory-policy', 'allkeys-lru'] })
    await expect(connect(url).config('GET', 'maxmemory-policy')).resolves.toEqual(['maxmemory-policy', 'allkeys-lru'])
  })

  it('freezes and thaws with its data', async () => {
    const server = await start({ own: true })
    const client = connect(server.url, { commandTimeout: 300 })
    await client.set('key', 'value')
    await server.freeze()
    await expect(client.get('key')).rejects.toThrow('timed out')
    await server.thaw()
    await expect(client.get('key')).resolves.toBe('value')
  })

  it('comes back empty at the same address after a kill', async () => {
    const server = await start({ own: true })
    const client = connect(server.url)
    await client.set('key', 'value')
    await server.kill()
    await server.restart()
    await expect(client.get('key')).resolves.toBeNull()
  })
})
