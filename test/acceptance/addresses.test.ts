import { randomUUID } from 'node:crypto'
import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend, type RedisOptions } from '@holdfast/cache-redis'
import { generate } from 'selfsigned'
import { afterEach, describe, expect, it } from 'vitest'
import { startCluster } from '../redis-server/cluster/index.js'
import { freePort } from '../redis-server/free-port.js'
import { startMachine } from '../redis-server/machine/index.js'
import { startProxy } from './proxy.js'

/** Servers that are reached by TLS, and clusters whose servers have other addresses from here. */
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const SOON = { timeout: 5000, interval: 5 }

/** A cache with copies, which needs every kind of connection there is. */
function openNear(options: RedisOptions) {
  const cache = createCache({ backend: new RedisBackend(options), near: new MemoryBackend() })
  cleanups.push(() => cache.close())
  return cache
}

async function works(options: RedisOptions): Promise<void> {
  const prefix = `addresses-${randomUUID()}`
  const [one, two] = [openNear({ ...options, prefix }), openNear({ ...options, prefix })]
  for (const cache of [one, two])
    await expect.poll(async () => (await cache.health()).backend.detail['near'], SOON).toBe('on')
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, index]))
  await one.setMany(many, { tags: ['t'] })
  expect((await two.getMany(Object.keys(many))).size).toBe(50)
  // A waiter hears of the end of a lease.
  const loads = await Promise.all([one.getOrSet('cold', () => 'loaded'), two.getOrSet('cold', () => 'loaded')])
  expect(loads).toEqual(['loaded', 'loaded'])
  await one.invalidateTags(['t'])
  await expect.poll(() => two.getMany(Object.keys(many)), SOON).toEqual(new Map())
}

describe('TLS', () => {
  it('is used with the certificate that is trusted, and refused with another', async () => {
    const [plain, port] = [await freePort(), await freePort()]
    const machine = await startMachine([plain, port])
    cleanups.push(() => machine.stop())
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    })
    const [keyFile, certFile] = [await machine.write('key.pem', [key]), await machine.write('cert.pem', [cert])]
    const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certFile]
    await machine.start(plain, ['--save', '', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files])

    await works({ host: 'localhost', port, tls: { ca: cert } })
    await works({ url: `rediss://localhost:${port}`, tls: { ca: cert } })
    const distrusting = createCache({
      backend: new RedisBackend({ host: 'localhost', port, tls: true, startupWait: '500ms' }),
    })
    cleanups.push(() => distrusting.close())
    const refusal = distrusting.delete('k')
    await expect(refusal).rejects.toMatchObject({ code: 'E_UNAVAILABLE' })
    await expect(refusal).rejects.toThrow(/certificate/)
    expect(await distrusting.getOrSet('k', () => 'loaded')).toBe('loaded')
  })
})

describe('a cluster behind other addresses', () => {
  it('is used by way of natMap alone', async () => {
    const cluster = await startCluster()
    cleanups.push(() => cluster.stop())
    const natMap: Record<string, { host: string; port: number }> = {}
    for (const { host, port } of cluster.nodes) {
      const wire = await startProxy(port)
      cleanups.push(() => wire.close())
      natMap[`${host}:${port}`] = { host: '127.0.0.1', port: wire.port }
    }
    const [entry] = Object.values(natMap) as [{ host: string; port: number }]
    await works({ cluster: { nodes: [entry], natMap } })
  })
})
