import { randomUUID } from 'node:crypto'
import type { CacheBackend } from '@holdfast/cache-core'
import { keyvStorage } from '@holdfast/cache-keyv'
import { MemoryBackend } from '@holdfast/cache-memory'
import { RedisBackend } from '@holdfast/cache-redis'
import keyvTestSuite from '@keyv/test-suite'
import Keyv from 'keyv'
import * as vitest from 'vitest'

const { afterAll, describe, inject } = vitest

const BACKENDS: [string, () => CacheBackend][] = [
  ['process memory', () => new MemoryBackend()],
  ['Redis', () => new RedisBackend({ url: inject('redisUrl'), prefix: `keyv-${randomUUID()}` })],
]

/**
 * The suite that Keyv's own storages pass, all of it. Its separate tests of iterators are for storages that can list
 * their keys: a backend cannot, and Keyv then has no iterator.
 */
describe.each(BACKENDS)("Keyv's own suite over %s", (_, open) => {
  let backend: CacheBackend | undefined
  const store = () => {
    backend ??= open()
    return keyvStorage(backend)
  }
  afterAll(() => backend?.close())

  keyvTestSuite(vitest, Keyv, store)
})
