import { aborted, compileGlob, type PatternOptions } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Keyspace } from './keyspace.js'
import type { CheckedRedisOptions } from './options.js'

/** Keys looked at per step: small enough that other clients hardly notice. */
const SCAN_COUNT = 250

/**
 * Breaks every running computation (the barrier), then walks the keys and removes those that match. The server's
 * pattern is only a sieve: the exact match is made here, by characters.
 */
export async function removePattern(
  commands: Commands,
  keys: Keyspace,
  { invalidateMs }: CheckedRedisOptions,
  glob: string,
  { signal, onProgress }: PatternOptions,
  removeKeys: (keys: readonly string[]) => Promise<number>,
): Promise<number> {
  if (signal?.aborted) throw aborted(signal)
  const matches = compileGlob(glob)
  const pattern = keys.scanPattern(glob)
  const skip = Buffer.byteLength(keys.valuePrefix)
  await commands.send('deletePattern', invalidateMs, (client) => client.unlink([keys.barrier]))

  let count = 0
  let cursor = '0'
  let removing: Promise<number> = Promise.resolve(0)
  do {
    const scanning = commands.send('deletePattern', invalidateMs, (client) =>
      client.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT),
    )
    // The next step is looked up while the previous one is removed. A failure of either ends the job.
    const [removed, [next, found]] = await Promise.all([removing, scanning])
    count += removed
    if (removed > 0) onProgress?.(count)
    if (signal?.aborted) throw aborted(signal)
    const matching = [...new Set(found.map((key) => key.toString('utf8', skip)))].filter(matches)
    removing = matching.length > 0 ? removeKeys(matching) : Promise.resolve(0)
    removing.catch(() => undefined)
    cursor = next.toString()
  } while (cursor !== '0')
  count += await removing
  onProgress?.(count)
  return count
}
