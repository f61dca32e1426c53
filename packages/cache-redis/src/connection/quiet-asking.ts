import { eachNode } from './each-node.js'
import type { RedisLike } from './redis-like.js'

const quiet = new WeakSet<RedisLike>()

/**
 * While a slot is on the move a Cluster client says ASKING to the new owner before it repeats the command, and lets go
 * of the promise of that: if the connection breaks just then, nobody handles the rejection and Node ends the process
 * (ioredis 5 and 6 and iovalkey alike). How the command itself fared is told by its own promise, so this one is heard
 * and forgotten.
 */
export function quietAsking(client: RedisLike): void {
  if (client.nodes === undefined || quiet.has(client)) return
  quiet.add(client)
  eachNode(client, (node) => {
    const { asking } = node
    if (asking === undefined) return
    node.asking = () => {
      const asked = asking.call(node)
      asked.catch(() => undefined)
      return asked
    }
  })
}
