import type { TestProject } from 'vitest/node'
import { sweepContainers } from './container.js'
import { startRedis } from './index.js'
import type { RedisServer } from './types.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The one server that all suites share, each under a key prefix of its own. */
    redisUrl: string
  }
}

// Each project loads this file anew, and all of them share the server.
const shared = globalThis as { holdfastRedis?: Promise<RedisServer> | undefined }

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  process.env['HOLDFAST_TEST_RUN'] ??= `${process.pid}-${Date.now()}`
  shared.holdfastRedis ??= startRedis()
  const server = await shared.holdfastRedis
  // test processes inherit it
  process.env['HOLDFAST_TEST_REDIS_HOW'] = server.how
  project.provide('redisUrl', server.url)

  return async () => {
    if (shared.holdfastRedis === undefined) return
    shared.holdfastRedis = undefined
    await server.stop()
    if (server.how === 'container') await sweepContainers()
  }
}
