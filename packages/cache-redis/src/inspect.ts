import type { Inspection } from '@holdfast/cache-core'
import type { Commands } from './connection/commands.js'
import type { Partition } from './keyspace.js'
import { NONCE_BYTES, TAG_MARK_BYTES, TAG_NONCE_BYTES } from './nonce.js'
import { type Header, hasEpoch, hasNonce, openEnvelope } from './wire/envelope.js'

type Facts = Omit<Inspection, 'reading'>

const stateOf = (header: Header, place: number, now: Buffer | null | undefined) => {
  if (!now || now.length < TAG_MARK_BYTES || !hasNonce(header, place, now, NONCE_BYTES)) return 'invalidated'
  return hasNonce(header, place, now, TAG_NONCE_BYTES) ? 'valid' : 'expired'
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
  const tags: Facts['tags'] = header.tags.map((tag, index) => ({
    tag,
    state: stateOf(header, index, nonces[index]),
  }))
  const broken = !hasEpoch(header, epoch ?? null) || tags.some(({ state }) => state === 'invalidated')
  return { ...(broken && { reason: 'invalid' as const }), tags, ...lease }
}
