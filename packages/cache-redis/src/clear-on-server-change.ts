import type { Connection } from './connection/connection.js'
import type { RedisLike } from './connection/redis-like.js'
import { ServerChange } from './connection/server-change.js'
import { Deadlines } from './deadline.js'
import { timedOut } from './errors.js'
import type { Keyspace, Partition } from './keyspace.js'
import type { CheckedRedisOptions } from './options.js'

/** Forgets what another server may hold beyond its invalidation, before anything is read from it. */
export function clearOnServerChange(connection: Connection, keys: Keyspace, options: CheckedRedisOptions): void {
  const { client } = connection
  const { clock, invalidateMs } = options
  const deadlines = new Deadlines(clock)
  const change = new ServerChange(
    client,
    keys.partitions.map(({ slot }) => slot),
  )
  const check = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const deadline = deadlines.start(invalidateMs, () => reject(timedOut('clear', invalidateMs)))
      clearChanged(client, change, keys).then(
        () => deadline.met() && resolve(),
        (error: unknown) => deadline.met() && reject(error),
      )
    })
  connection.checkFirst(check)
  // A cluster's connection stands while one of its masters is succeeded.
  if (client.nodes !== undefined) client.on('refresh', () => connection.checkFirst(check))
}

async function clearChanged(client: RedisLike, change: ServerChange, keys: Keyspace): Promise<void> {
  const { changed, settle } = await change.look()
  await Promise.all(changed.map((place) => client.unlink([(keys.partitions[place] as Partition).epoch])))
  settle()
}
