import type { RedisLike } from './redis-like.js'

/** Does it with the client, or with every connection to a single server that a Cluster client has or will make. */
export function eachNode(client: RedisLike, then: (node: RedisLike) => void): void {
  if (client.nodes === undefined) {
    then(client)
    return
  }
  for (const node of client.nodes('all')) then(node)
  client.on('+node', then)
}
