import { LATEST_REMOVAL } from './removals.js'
import { NONCE_AT_LEAST, SERVER_NOW, script } from './script.js'

/**
 * KEYS: value, lease, removals, then every nonce to capture (epoch, any-tag, tags).
 * ARGV: moment after which nothing is done, token, lease ms, write id seen, nonce ttl ms, then a fresh nonce for the
 * removals and each nonce key. Returns the server's time, then `late`, `changed`, or `wait` and the lease's time left,
 * or `own`, the latest removal and the captured nonces.
 */
export const ACQUIRE = script(
  'acquire',
  `${NONCE_AT_LEAST}${SERVER_NOW}${LATEST_REMOVAL}
local notAfter, token, leaseMs, seen, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local now = serverNow()
if now > tonumber(notAfter) then return {now, 'late'} end
if redis.call('GETRANGE', KEYS[1], 24, 31) ~= seen then return {now, 'changed'} end
local lease = redis.call('GET', KEYS[2])
if lease and string.sub(lease, 1, 16) ~= token then
  if #lease == 16 then redis.call('SET', KEYS[2], lease .. '+', 'XX', 'KEEPTTL') end
  return {now, 'wait', redis.call('PTTL', KEYS[2])}
end
if not lease then redis.call('SET', KEYS[2], token, 'PX', leaseMs) end
local answer = {now, 'own', latestRemoval(KEYS[3], ARGV[6], ttl)}
for i = 4, #KEYS do answer[i] = nonce(KEYS[i], ARGV[i + 3], ttl) end
return answer`,
)
