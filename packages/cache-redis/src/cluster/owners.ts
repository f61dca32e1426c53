import type { Commands } from '../connection/commands.js'
import type { RedisLike } from '../connection/redis-like.js'
import type { Partition } from '../keyspace.js'

/**
 * Which master holds each partition, as the masters themselves say. A partition whose slot is on its way to another
 * master, or whose master does not answer, has none.
 */
export async function owners(
  commands: Commands,
  masters: readonly RedisLike[],
  deadlineMs: number,
  partitions: readonly Partition[],
): Promise<ReadonlyMap<Partition, RedisLike>> {
  const found = new Map<Partition, RedisLike>()
  const ask = async (master: RedisLike): Promise<void> => {
    const answer = await commands.send('deletePattern', deadlineMs, () => master.callBuffer('CLUSTER', 'NODES'))
    const ranges = settledRanges(String(answer))
    for (const partition of partitions)
      if (ranges.some(([from, to]) => partition.slot >= from && partition.slot <= to)) found.set(partition, master)
  }
  await Promise.allSettled(masters.map(ask))
  return found
}

/** The slots of the node that answers `CLUSTER NODES`, without those that arrive or leave. */
export function settledRanges(nodes: string): (readonly [from: number, to: number])[] {
  const own = nodes.split('\n').find((line) => line.split(' ')[2]?.split(',').includes('myself'))
  const [, , flags = '', , , , , , ...slots] = own?.trim().split(' ') ?? []
  if (!flags.includes('master')) return []
  const moving = new Set(slots.flatMap((slot) => (slot.startsWith('[') ? [Number.parseInt(slot.slice(1), 10)] : [])))
  return slots.flatMap((range) => {
    if (range.startsWith('[')) return []
    const [from = 0, to = from] = range.split('-').map(Number)
    // A moving slot cuts the range in two.
    const cuts = [...moving].filter((slot) => slot >= from && slot <= to).sort((a, b) => a - b)
    const edges = [from, ...cuts.flatMap((slot) => [slot - 1, slot + 1]), to]
    return edges.flatMap((edge, index) =>
      index % 2 === 0 && edge <= (edges[index + 1] as number) ? [[edge, edges[index + 1] as number] as const] : [],
    )
  })
}
