import type { RedisLike } from './connection/redis-like.js'

/** What a server says of itself. */
export interface ServerFacts {
  readonly product: 'redis' | 'valkey'
  readonly version: string | undefined
  /** Changes when the server is started anew. */
  readonly runId: string | undefined
  /** Bytes; 0 is no limit. Undefined when this user may not know. */
  readonly maxMemory: number | undefined
  readonly evicts: string | undefined
}

const line = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1]

export function serverFacts(server: string, memory = ''): ServerFacts {
  const valkey = line(server, 'valkey_version')
  const limit = line(memory, 'maxmemory')
  return {
    product: valkey === undefined ? 'redis' : 'valkey',
    version: valkey ?? line(server, 'redis_version'),
    runId: line(server, 'run_id'),
    maxMemory: limit === undefined ? undefined : Number(limit),
    evicts: line(memory, 'maxmemory_policy'),
  }
}

/** What is not wrong but will hurt some day, each with what to do. */
export function warningsOf({ maxMemory, evicts }: ServerFacts, client: RedisLike, owned: boolean): string[] {
  const warnings: string[] = []
  if (maxMemory === 0)
    warnings.push('The server has no maxmemory: a cache grows until the machine has no more. Set maxmemory.')
  else if (evicts === 'noeviction')
    warnings.push(
      'The maxmemory-policy is noeviction: when memory is full every set fails with E_OOM. For a server that only caches choose allkeys-lfu.',
    )
  if (owned) return warnings
  const settings = { ...client.options, ...client.options.redisOptions }
  if (settings.autoResendUnfulfilledCommands !== false)
    warnings.push(
      'The client has autoResendUnfulfilledCommands: what was given up may be sent again after a reconnect. Set it to false.',
    )
  if (!settings.socketTimeout)
    warnings.push(
      'The client has no socketTimeout: a connection on which nothing comes back any more is noticed late. Set it to 5000.',
    )
  return warnings
}
