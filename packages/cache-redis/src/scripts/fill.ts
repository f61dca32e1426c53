import { REMOVALS_SINCE } from './removals.js'
import { END_LEASE, RAISE_TTL, script } from './script.js'

/**
 * KEYS: value, lease, removals, then every captured nonce.
 * ARGV: token, value ttl ms, nonce ttl ms, channel, message, envelope ('' stores nothing), the removal that was the
 * latest, then the captured nonces. Returns `stored`, `stale` or `lost`; or, with nothing done, a list: the removal
 * that is the latest now and the patterns that were removed since. Ask again if none of them matches the key.
 */
export const FILL = script(
  'fill',
  `${RAISE_TTL}${END_LEASE}${REMOVALS_SINCE}
local token, ttl, nonceTtl, channel, message, envelope, seen = unpack(ARGV, 1, 7)
local lease = redis.call('GET', KEYS[2])
if not heldBy(lease, token) then
  -- Whoever ended it (a flush, an eviction) may have told nobody.
  redis.call('PUBLISH', channel, message)
  return 'lost'
end
local removals = removalsSince(KEYS[3], seen)
local result = removals and 'stored' or 'stale'
for i = 4, #KEYS do
  if redis.call('GET', KEYS[i]) ~= ARGV[i + 4] then result = 'stale' end
end
if result == 'stored' and #removals > 0 then return removals end
if result == 'stored' and envelope ~= '' then
  for i = 4, #KEYS do raise(KEYS[i], tonumber(nonceTtl)) end
  redis.call('SET', KEYS[1], envelope, 'PX', ttl)
end
endLease(KEYS[2], lease, channel, message)
return result`,
)
