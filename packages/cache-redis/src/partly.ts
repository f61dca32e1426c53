import { CacheError, isCacheError } from '@holdfast/cache-core'
import type { Partition } from './keyspace.js'

/** One of several commands that are one operation together. */
export interface Part<T> {
  readonly partition: Partition
  readonly work: Promise<T>
}

/**
 * What all parts answered. If every part failed the operation failed; if only some did it is done by half, and the
 * error says where not.
 */
export async function allParts<T>(op: string, parts: readonly Part<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(parts.map(({ work }) => work))
  const failed = settled.flatMap((result, index) =>
    result.status === 'rejected' ? [{ reason: result.reason as unknown, part: parts[index] as Part<T> }] : [],
  )
  const [first] = failed
  if (first === undefined) return settled.map((result) => (result as PromiseFulfilledResult<T>).value)
  if (failed.length === parts.length) throw first.reason
  const labels = [...new Set(failed.map(({ part }) => part.partition.label))].filter((label) => label !== '')
  const where = labels.length > 0 ? ` (partitions ${labels.join(', ')})` : ''
  const why = first.reason instanceof Error ? first.reason.message : String(first.reason)
  throw new CacheError(
    'E_INVALIDATION_PARTIAL',
    `Redis: ${op} was confirmed for ${parts.length - failed.length} of ${parts.length} parts only${where}: ${why} Call it again.`,
    {
      op,
      outcome: 'applied-partially',
      retryable: isCacheError(first.reason) && first.reason.retryable,
      cause: first.reason,
    },
  )
}
