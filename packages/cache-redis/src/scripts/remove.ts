import { END_LEASE, IS_LIVE, script } from './script.js'

/**
 * KEYS: epoch, then value and lease of each key. ARGV: tag prefix, channel, then the message of each key.
 * Removes all and counts the values that were valid.
 */
export const REMOVE = script(
  'delete',
  `${IS_LIVE}${END_LEASE}
local epoch = redis.call('GET', KEYS[1])
local count = 0
for i = 2, #KEYS, 2 do
  if epoch and live(KEYS[i], epoch, ARGV[1]) then count = count + 1 end
  local lease = redis.call('GET', KEYS[i + 1])
  redis.call('UNLINK', KEYS[i])
  if lease then endLease(KEYS[i + 1], lease, ARGV[2], ARGV[i / 2 + 2]) end
end
return count`,
)
