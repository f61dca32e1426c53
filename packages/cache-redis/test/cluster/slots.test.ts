import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { startRedis } from '../../../../test/redis-server/index.js'
import { settledRanges } from '../../src/cluster/owners.js'
import { hashSlot, partitionLabels, SLOTS } from '../../src/cluster/slot.js'
import { Keyspace } from '../../src/keyspace.js'

describe('the slot of a key', () => {
  it('is the one the server says', async () => {
    const server = await startRedis({ args: ['--cluster-enabled', 'yes'] })
    const client = new Redis(server.url)
    try {
      const keys = [
        '',
        'a',
        'user:1',
        '{user}:1',
        'a{b}c{d}',
        '{}a',
        'a{}',
        '{',
        'ключ',
        '🔑',
        '{a}{',
        'x'.repeat(5000),
      ]
      for (const key of keys) expect(hashSlot(key), key).toBe(Number(await client.cluster('KEYSLOT', key)))
    } finally {
      client.disconnect()
      await server.stop()
    }
  })
})

describe('partitions', () => {
  it('lie evenly over the slots, and everyone finds the same', () => {
    for (const count of [1, 2, 3, 16, 32, 100, 1024]) {
      const labels = partitionLabels(count)
      const shares = labels.map((label) => Math.floor((hashSlot(label) * count) / SLOTS))
      expect(shares).toEqual(Array.from({ length: count }, (_, index) => index))
    }
    // They are part of what is stored: a change of these would make every cluster cold.
    expect(partitionLabels(4)).toEqual(['3', '2', '1', '0'])
  })

  it('hold all keys of one command in one slot, whatever the names are', () => {
    const keys = new Keyspace('my{app}:v', 32)
    for (const key of ['user:1', '{other}:1', '}{', 'a:b{c']) {
      const partition = keys.of(key)
      const names = [
        partition.value(key),
        partition.lease(key),
        partition.tag('{t}'),
        partition.epoch,
        partition.anyTag,
      ]
      expect(new Set(names.map(hashSlot))).toEqual(new Set([partition.slot]))
      expect(keys.keyOf(Buffer.from(partition.value(key)))).toBe(key)
    }
  })

  it('are shared by keys with the same braces', () => {
    const keys = new Keyspace('app', 32)
    expect(keys.of('{tenant:1}:users')).toBe(keys.of('{tenant:1}:orders'))
    expect(keys.group(Array.from({ length: 1000 }, (_, index) => `key:${index}`)).size).toBe(32)
  })
})

describe('what a master says it holds', () => {
  const line = (flags: string, slots: string) =>
    `07c37df 127.0.0.1:30004@31004 slave e7d1eec 0 1426238317239 4 connected\n` +
    `e7d1eec 127.0.0.1:30001@31001 ${flags} - 0 0 1 connected ${slots}\n`

  it('is its ranges', () => {
    expect(settledRanges(line('myself,master', '0-5460 7000 8000-8001'))).toEqual([
      [0, 5460],
      [7000, 7000],
      [8000, 8001],
    ])
  })

  it('does not include a slot on the move', () => {
    expect(settledRanges(line('myself,master', '0-100 [50->-abc] [0->-abc] [200-<-abc]'))).toEqual([
      [1, 49],
      [51, 100],
    ])
    expect(settledRanges(line('myself,master', '7 [7->-abc]'))).toEqual([])
  })

  it('is nothing of a replica', () => {
    expect(settledRanges(line('myself,slave', '0-100'))).toEqual([])
  })
})
