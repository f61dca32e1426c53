import { NONCE_AT_LEAST, script } from './script.js'

/**
 * KEYS: value, lease, then every nonce to capture (epoch, barrier, any-tag, tags).
 * ARGV: token, lease ms, write id seen, nonce ttl ms, then a fresh nonce for each nonce key.
 * Returns `changed`, or `wait` and the lease's time left, or `own` and the captured nonces.
 */
export const ACQUIRE = script(
  'acquire',
  `${NONCE_AT_LEAST}
if redis.call('GETRANGE', KEYS[1], 24, 31) ~= ARGV[3] then return {'changed'} end
local lease = redis.call('GET', KEYS[2])
if lease and string.sub(lease, 1, 16) ~= ARGV[1] then
  if #lease == 16 then redis.call('SET', KEYS[2], lease .. '+', 'XX', 'KEEPTTL') end
  return {'wait', redis.call('PTTL', KEYS[2])}
end
if not lease then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) end
local answer = {'own'}
for i = 3, #KEYS do answer[i - 1] = nonce(KEYS[i], ARGV[i + 2], tonumber(ARGV[4])) end
return answer`,
)
