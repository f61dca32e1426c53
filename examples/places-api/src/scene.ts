import type { Answer, Client } from './client.js'
import { type Latency, latencyOf } from './latency.js'

/** What happened between the first and the last request of a scene. */
export interface Traffic {
  readonly calls: number
  /** Queries that reached the database. */
  readonly loads: number
  /** Answers that were in the cache. */
  readonly hits: number
  /** Neither of them: callers who got what another caller was already waiting for. */
  readonly shared: number
  readonly latency: Latency
}

interface Claim {
  readonly text: string
  readonly holds: boolean
}

export interface Scene extends Traffic {
  readonly name: string
  /** How long the same questions take without the cache. */
  readonly uncached?: Latency
  readonly uncachedNote?: string
  readonly claims: readonly Claim[]
}

/** Plays requests and tells what they caused in the services and in the database. */
export async function observe(
  clients: readonly Client[],
  play: () => Promise<readonly Answer<unknown>[]>,
): Promise<Traffic> {
  const before = await totals(clients)
  const answers = await play()
  const after = await totals(clients)
  const calls = answers.length
  const loads = after.loads - before.loads
  const hits = after.hits - before.hits
  return {
    calls,
    loads,
    hits,
    shared: calls - loads - hits,
    latency: latencyOf(answers.map((answer) => answer.milliseconds)),
  }
}

async function totals(clients: readonly Client[]) {
  const stats = await Promise.all(clients.map((client) => client.stats()))
  return {
    loads: stats[0]?.databaseReads ?? 0, // They share one database.
    hits: stats.reduce((sum, { cache }) => sum + cache.hits, 0),
  }
}
