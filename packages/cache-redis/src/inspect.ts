import type { Inspection } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Partition } from './keyspace.js'
import { NONCE_BYTES, TAG_NONCE_BYTES } from './nonce.js'
import { openEnvelope } from './wire/envelope.js'

type Facts = Omit<Inspection, 'reading'>

const stateOf = (now: Buffer | null | undefined, then: Buffer): 'valid' | 'expired' | 'invalidated' => {
  if (now?.subarray(0, NONCE_BYTES).equals(then.subarray(0, NONCE_BYTES)) !== true) return 'invalidated'
  return now.subarray(0, TAG_NONCE_BYTES).equals(then) ? 'valid' : 'expired'
}

/** What the server holds for a key beside its value: why it is not valid, its tags, and its lease. */
export async function inspect(commands: Commands, keys: Partition, deadlineMs: number, key: string): Promise<Facts> {
  const mget = (names: string[]) => commands.send('explain', deadlineMs, (client) => client.mgetBuffer(names), key)
  const [bytes, epoch, token] = await mget([keys.value(key), keys.epoch, keys.lease(key)])
  const left = token
    ? Number(await commands.send('explain', deadlineMs, (client) => client.callBuffer('PTTL', keys.lease(key)), key))
    : 0
  const lease = token && left > 0 && { lease: { leaseMs: left, holder: token.toString().slice(0, 16) } }
  if (!bytes) return { reason: 'missing', tags: [], ...lease }
  const header = openEnvelope(bytes)
  if (header instanceof Error) return { reason: 'undecodable', tags: [], ...lease }
  const nonces = header.tags.length > 0 ? await mget(header.tags.map((tag) => keys.tag(tag))) : []
  const tags = header.tags.map((tag, index) => ({
    tag,
    state: stateOf(nonces[index], header.tagNonces[index] as Buffer),
  }))
  const broken = epoch?.equals(header.epoch) !== true || tags.some(({ state }) => state === 'invalidated')
  return { ...(broken && { reason: 'invalid' as const }), tags, ...lease }
}
