import type { Clock } from '@holdfast/cache-core'
import type { RedisLike } from './redis-like.js'

const AGAIN_MS = 100

/**
 * A client of ours that gave up is told to connect again. With a retry strategy that never ends none should give up,
 * but under sentinels ioredis does: when they announce a new primary just while it asks them for the old one. The
 * result is called before the client is closed for good.
 */
export function revive(client: RedisLike, clock: Clock): () => void {
  let cancel = (): void => undefined
  const ended = (): void => {
    cancel()
    cancel = clock.after(AGAIN_MS * (0.75 + clock.random() * 0.5), () => {
      if (client.status === 'end') client.connect().catch(() => undefined)
    })
  }
  client.on('end', ended)
  return () => {
    cancel()
    client.off('end', ended)
  }
}
