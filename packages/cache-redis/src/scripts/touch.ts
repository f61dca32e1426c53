import { IS_LIVE, LIFETIME, RAISE_TTL, script } from './script.js'

/**
 * KEYS: value, epoch. ARGV: tag prefix, epoch ms of freshUntil and of keepUntil ('' is for ever), value ttl ms, nonce
 * ttl ms. Rewrites the lifetimes inside a valid envelope.
 */
export const TOUCH = script(
  'touch',
  `${IS_LIVE}${RAISE_TTL}${LIFETIME}
local epoch = redis.call('GET', KEYS[2])
if not epoch then return 0 end
local head, tags = live(KEYS[1], epoch, ARGV[1])
if not head then return 0 end
redis.call('SETRANGE', KEYS[1], 10, lifetime(head, ARGV[2]) .. lifetime(head, ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
raise(KEYS[2], tonumber(ARGV[5]))
for i = 1, #tags do raise(tags[i], tonumber(ARGV[5])) end
return 1`,
)
