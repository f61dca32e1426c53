import { type BackendHealth, isCacheError } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { RedisLike } from './connection/redis-like.js'
import type { CheckedRedisOptions } from './options.js'

const versionIn = (info: string): string | undefined => /^(?:valkey|redis)_version:(\S+)/m.exec(info)?.[1]

/** Asks every server that holds data of ours. One that does not answer is enough for `down`: its keys are not served. */
export async function health(
  commands: Commands,
  { clock, readMs, prefix }: CheckedRedisOptions,
): Promise<BackendHealth> {
  const started = clock.now()
  const ask = (server: RedisLike) => commands.send('health', readMs, () => server.info('server'))
  try {
    await commands.ready('health')
    const masters = commands.client.nodes?.('master')
    const answers = await Promise.all((masters ?? [commands.client]).map(ask))
    const state =
      masters && String(await commands.send('health', readMs, (client) => client.callBuffer('CLUSTER', 'INFO')))
    const broken = state !== undefined && !state.includes('cluster_state:ok')
    return {
      status: broken ? 'down' : 'up',
      detail: {
        version: versionIn(answers[0] ?? ''),
        latencyMs: clock.now() - started,
        prefix,
        ...(masters && { mode: 'cluster', masters: masters.length }),
        ...(broken && { message: 'Some slots of the cluster are not served.' }),
      },
    }
  } catch (error) {
    const { code, message } = isCacheError(error) ? error : { code: undefined, message: String(error) }
    return { status: 'down', detail: { code, message, prefix } }
  }
}
