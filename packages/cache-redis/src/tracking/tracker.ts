import type { Clock } from '@holdfast/cache-core'
import { Link } from '../connection/link.js'
import { openListener } from '../connection/open-client.js'
import type { RedisLike } from '../connection/redis-like.js'

/** Where a server announces what was changed. */
const CHANNEL = '__redis__:invalidate'

export interface TrackerEvents {
  /** Every change of this server is told from now on. */
  readonly armed: () => void
  /** Some changes may go unheard from now on. */
  readonly broken: (reason: string) => void
  /** Names of keys that changed; nothing stands for all of them. */
  readonly changed: (names: readonly Buffer[] | undefined) => void
}

/**
 * A link on which one server tells which keys under some prefixes were changed by anyone (CLIENT TRACKING, BCAST). The
 * connection redirects the messages to itself: with two, the loss of one would go unnoticed. It speaks RESP2 because
 * ioredis 6 drops these messages in RESP3; and it tracks before it subscribes, because a connection that subscribes
 * first hears nothing.
 */
export function track(client: RedisLike, clock: Clock, prefixes: readonly string[], events: TrackerEvents): Link {
  const arm = async (connection: RedisLike): Promise<void> => {
    const id = String(await connection.callBuffer('CLIENT', 'ID'))
    const tracked = prefixes.flatMap((prefix) => ['PREFIX', prefix])
    await connection.callBuffer('CLIENT', 'TRACKING', 'ON', 'REDIRECT', id, 'BCAST', ...tracked)
    await connection.subscribe(CHANNEL)
  }
  return new Link(openListener(client, clock), clock, arm, {
    up: events.armed,
    down: events.broken,
    message: (names) => events.changed((names as Buffer[] | null) ?? undefined),
  })
}
