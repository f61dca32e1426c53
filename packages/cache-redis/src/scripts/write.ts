import { END_LEASE, NONCE_AT_LEAST, script } from './script.js'

/**
 * KEYS: value, lease, epoch, then the tags.
 * ARGV: value ttl ms, nonce ttl ms, channel, message, head, middle, payload, fresh nonce for the epoch, then per tag
 * a fresh nonce and its name as the envelope has it. Puts the nonces into the envelope on the server, and ends
 * whatever lease there is: a write beats every computation acquired before it.
 */
export const WRITE = script(
  'write',
  `${NONCE_AT_LEAST}${END_LEASE}
local ttl = tonumber(ARGV[2])
local parts = {ARGV[5], nonce(KEYS[3], ARGV[8], ttl), ARGV[6]}
for i = 4, #KEYS do
  local at = 9 + (i - 4) * 2
  parts[#parts + 1] = string.sub(nonce(KEYS[i], ARGV[at], ttl), 1, 16)
  parts[#parts + 1] = ARGV[at + 1]
end
parts[#parts + 1] = ARGV[7]
redis.call('SET', KEYS[1], table.concat(parts), 'PX', ARGV[1])
local lease = redis.call('GET', KEYS[2])
if lease then endLease(KEYS[2], lease, ARGV[3], ARGV[4]) end
return 1`,
)
