import { type BackendHealth, isCacheError, withoutCredentials } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { RedisLike } from './connection/redis-like.js'
import type { CheckedRedisOptions } from './options.js'
import { serverFacts, warningsOf } from './server-facts.js'

/** Asks every server that holds data of ours. One that does not answer is enough for `down`: its keys are not served. */
export async function health(
  commands: Commands,
  { clock, readMs, prefix, server, client: theirs }: CheckedRedisOptions,
): Promise<BackendHealth> {
  const started = clock.now()
  const ask = (from: RedisLike, section: string) => commands.send('health', readMs, () => from.info(section))
  try {
    await commands.ready('health')
    const { client } = commands
    const masters = client.nodes?.('master')
    const [first = ''] = await Promise.all((masters ?? [client]).map((master) => ask(master, 'server')))
    const latencyMs = clock.now() - started
    const memory = await ask((masters ?? [client])[0] as RedisLike, 'memory').catch(() => '')
    const state =
      masters && String(await commands.send('health', readMs, (cluster) => cluster.callBuffer('CLUSTER', 'INFO')))
    const broken = state !== undefined && !state.includes('cluster_state:ok')
    const facts = serverFacts(first, memory)
    return {
      status: broken ? 'down' : 'up',
      detail: {
        server: facts.product,
        version: facts.version,
        mode: masters ? 'cluster' : server.sentinel ? 'sentinel' : 'standalone',
        ...(masters && { masters: masters.length }),
        maxMemory: facts.maxMemory,
        maxMemoryPolicy: facts.evicts,
        latencyMs,
        prefix,
        warnings: warningsOf(facts, client, theirs === undefined),
        ...(broken && { message: 'Some slots of the cluster are not served.' }),
      },
    }
  } catch (error) {
    const { code, message } = isCacheError(error)
      ? error
      : { code: undefined, message: withoutCredentials(String(error)) }
    return { status: 'down', detail: { code, message, prefix } }
  }
}
