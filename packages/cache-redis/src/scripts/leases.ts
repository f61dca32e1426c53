import { END_LEASE, RAISE_TTL, script } from './script.js'

/** KEYS: lease, then the captured nonces. ARGV: token, lease ms, ms for which nonces must outlive it. */
export const RENEW = script(
  'renew',
  `${RAISE_TTL}${END_LEASE}
if not heldBy(redis.call('GET', KEYS[1]), ARGV[1]) then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
for i = 2, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then raise(KEYS[i], tonumber(ARGV[3])) end
end
return 1`,
)

/** KEYS: lease. ARGV: token, channel, message. */
export const RELEASE = script(
  'release',
  `${END_LEASE}
local lease = redis.call('GET', KEYS[1])
if heldBy(lease, ARGV[1]) then endLease(KEYS[1], lease, ARGV[2], ARGV[3])
else redis.call('PUBLISH', ARGV[2], ARGV[3])
end
return 1`,
)
