import { END_LEASE, IS_LIVE, LIFETIME, script } from './script.js'

/**
 * KEYS: epoch, then value and lease of each key. ARGV: tag prefix, channel, epoch ms, then the message of each key.
 * Makes valid values stale, removes those without grace, ends the leases, and counts the values.
 */
export const EXPIRE = script(
  'expire',
  `${IS_LIVE}${END_LEASE}${LIFETIME}
local epoch = redis.call('GET', KEYS[1])
local count = 0
for i = 2, #KEYS, 2 do
  local lease = redis.call('GET', KEYS[i + 1])
  local head = epoch and live(KEYS[i], epoch, ARGV[1])
  if head then
    count = count + 1
    local fresh, kept = u48(head, 10), u48(head, 16)
    if fresh >= kept then redis.call('UNLINK', KEYS[i])
    elseif u48(head, 4) + fresh > tonumber(ARGV[3]) then redis.call('SETRANGE', KEYS[i], 10, lifetime(head, ARGV[3]))
    end
  end
  if lease then endLease(KEYS[i + 1], lease, ARGV[2], ARGV[i / 2 + 3]) end
end
return count`,
)

/**
 * KEYS: tags. ARGV: epoch ms as 48 bits, then a fresh period for each tag. Begins a new period of every tag that is in
 * use: what was stored before is stale.
 */
export const EXPIRE_TAGS = script(
  'expireTags',
  `
for i = 1, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('SETRANGE', KEYS[i], 8, ARGV[i + 1] .. ARGV[1]) end
end
return 1`,
)
