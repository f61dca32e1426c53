import { NONCE_AT_LEAST, SERVER_NOW, script } from './script.js'

/**
 * KEYS: value, lease, then every nonce to capture (epoch, barrier, any-tag, tags).
 * ARGV: moment after which nothing is done, token, lease ms, write id seen, nonce ttl ms, then a fresh nonce for each
 * nonce key. Returns the server's time, then `late`, `changed`, or `wait` and the lease's time left, or `own` and the
 * captured nonces.
 */
export const ACQUIRE = script(
  'acquire',
  `${NONCE_AT_LEAST}${SERVER_NOW}
local now = serverNow()
if now > tonumber(ARGV[1]) then return {now, 'late'} end
if redis.call('GETRANGE', KEYS[1], 24, 31) ~= ARGV[4] then return {now, 'changed'} end
local lease = redis.call('GET', KEYS[2])
if lease and string.sub(lease, 1, 16) ~= ARGV[2] then
  if #lease == 16 then redis.call('SET', KEYS[2], lease .. '+', 'XX', 'KEEPTTL') end
  return {now, 'wait', redis.call('PTTL', KEYS[2])}
end
if not lease then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
local answer = {now, 'own'}
for i = 3, #KEYS do answer[i] = nonce(KEYS[i], ARGV[i + 3], tonumber(ARGV[5])) end
return answer`,
)
