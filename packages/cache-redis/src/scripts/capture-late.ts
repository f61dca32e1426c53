import { NONCE_AT_LEAST, script } from './script.js'

/**
 * For tags that a loader named only at its end. KEYS: any-tag, then the late tags. ARGV: the any-tag nonce captured by
 * the acquire, nonce ttl ms, then a fresh nonce for each late tag. Returns nothing if any tag was invalidated since
 * the acquire: nobody knows whether it was one of these.
 */
export const CAPTURE_LATE = script(
  'fill',
  `${NONCE_AT_LEAST}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
local answer = {}
for i = 2, #KEYS do answer[i - 1] = nonce(KEYS[i], ARGV[i + 1], tonumber(ARGV[2])) end
return answer`,
)
