import { END_LEASE, NONCE_AT_LEAST, SERVER_NOW, script } from './script.js'

/**
 * KEYS: value, lease, epoch, then the tags.
 * ARGV: moment after which nothing is done, value ttl ms, nonce ttl ms, channel, message, head, middle, payload, fresh
 * nonce for the epoch, then per tag a fresh nonce and its name as the envelope has it. Puts the nonces into the envelope
 * on the server, and ends whatever lease there is: a write beats every computation acquired before it. Returns the
 * server's time, then `late` or `stored`.
 */
export const WRITE = script(
  'set',
  `${NONCE_AT_LEAST}${END_LEASE}${SERVER_NOW}
local now = serverNow()
if now > tonumber(ARGV[1]) then return {now, 'late'} end
local ttl = tonumber(ARGV[3])
local parts = {ARGV[6], nonce(KEYS[3], ARGV[9], ttl), ARGV[7]}
for i = 4, #KEYS do
  local at = 10 + (i - 4) * 2
  parts[#parts + 1] = string.sub(nonce(KEYS[i], ARGV[at], ttl), 1, 16)
  parts[#parts + 1] = ARGV[at + 1]
end
parts[#parts + 1] = ARGV[8]
local lease = redis.call('GET', KEYS[2])
redis.call('SET', KEYS[1], table.concat(parts), 'PX', ARGV[2])
if lease then endLease(KEYS[2], lease, ARGV[4], ARGV[5]) end
return {now, 'stored'}`,
)

/** KEYS: value. ARGV: moment after which nothing is done, value ttl ms, envelope. Returns as WRITE. */
export const WRITE_ALONE = script(
  'set',
  `${SERVER_NOW}
local now = serverNow()
if now > tonumber(ARGV[1]) then return {now, 'late'} end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
return {now, 'stored'}`,
)
