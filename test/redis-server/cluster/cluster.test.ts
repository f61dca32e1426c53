import { once } from 'node:events'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RedisCluster, startCluster } from './index.js'

let cluster: RedisCluster
let client: Cluster

beforeAll(async () => {
  cluster = await startCluster({ nodeTimeoutMs: 2000 })
  client = new Cluster([...cluster.nodes])
  client.on('error', () => undefined)
  await once(client, 'ready')
})
afterAll(async () => {
  client?.disconnect()
  await cluster?.stop()
})

it('has three masters with a replica each', async () => {
  const nodes = String(await client.cluster('NODES'))
    .trim()
    .split('\n')
  expect(nodes.filter((line) => /\bmaster\b/.test(line))).toHaveLength(3)
  expect(nodes.filter((line) => /\bslave\b/.test(line))).toHaveLength(3)
})

it('moves a slot with its keys', async () => {
  const slot = Number(await client.cluster('KEYSLOT', 'here'))
  await client.set('here', 'value')
  const port = await cluster.moveSlot(slot)
  await expect(client.get('here')).resolves.toBe('value')
  expect(client.slots[slot]?.[0]).toBe(`127.0.0.1:${port}`)
})

it('goes on when a master dies', async () => {
  const slot = Number(await client.cluster('KEYSLOT', 'elsewhere'))
  const port = Number(client.slots[slot]?.[0]?.split(':')[1])
  await cluster.kill(port)
  await expect.poll(() => client.set('elsewhere', 'again').catch(() => 'not yet'), { timeout: 15_000 }).toBe('OK')
})
