import { eachNode } from './each-node.js'
import type { RedisLike } from './redis-like.js'

interface Corkable {
  write(...args: unknown[]): unknown
  cork(): void
  uncork(): void
}

const patched = new WeakSet<object>()
const watched = new WeakSet<RedisLike>()

/**
 * Commands given in one tick leave in one packet: the socket is corked at the first of them and uncorked right after
 * the tick. Many callers at once cost a fraction of a system call each, one alone costs nothing; and unlike a pipeline
 * every command keeps its own answer, time limit and redirection. Measured in docs/decisions.
 */
export function coalesceWrites(client: RedisLike): void {
  if (watched.has(client)) return
  watched.add(client)
  eachNode(client, patchOn)
}

function patchOn(client: RedisLike): void {
  client.on('connect', () => patch(client.stream))
  patch(client.stream)
}

function patch(stream: unknown): void {
  if (!isCorkable(stream) || patched.has(stream)) return
  patched.add(stream)
  const write = stream.write.bind(stream)
  let corked = false
  stream.write = (...args: unknown[]) => {
    if (!corked) {
      corked = true
      stream.cork()
      process.nextTick(() => {
        corked = false
        stream.uncork()
      })
    }
    return write(...args)
  }
}

/** A client of another kind, or of a later version, may have no such stream: then everything is as it was. */
const isCorkable = (stream: unknown): stream is Corkable => {
  const { write, cork, uncork } = (stream ?? {}) as Partial<Corkable>
  return typeof write === 'function' && typeof cork === 'function' && typeof uncork === 'function'
}
