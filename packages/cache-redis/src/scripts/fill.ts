import { END_LEASE, RAISE_TTL, script } from './script.js'

/**
 * KEYS: value, lease, then every captured nonce.
 * ARGV: token, value ttl ms, nonce ttl ms, channel, message, envelope ('' stores nothing), then the captured nonces.
 */
export const FILL = script(
  'fill',
  `${RAISE_TTL}${END_LEASE}
local lease = redis.call('GET', KEYS[2])
if not heldBy(lease, ARGV[1]) then
  -- Whoever ended it (a flush, an eviction) may have told nobody.
  redis.call('PUBLISH', ARGV[4], ARGV[5])
  return 'lost'
end
local result = 'stored'
for i = 3, #KEYS do
  if redis.call('GET', KEYS[i]) ~= ARGV[i + 4] then result = 'stale' end
end
if result == 'stored' and ARGV[6] ~= '' then
  for i = 3, #KEYS do raise(KEYS[i], tonumber(ARGV[3])) end
  redis.call('SET', KEYS[1], ARGV[6], 'PX', ARGV[2])
end
endLease(KEYS[2], lease, ARGV[4], ARGV[5])
return result`,
)
