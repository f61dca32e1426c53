import { IS_LIVE, RAISE_TTL, script } from './script.js'

/**
 * KEYS: value, epoch. ARGV: tag prefix, epoch ms of freshUntil and of keepUntil ('' is for ever), value ttl ms, nonce
 * ttl ms. Rewrites the lifetimes inside a valid envelope.
 */
export const TOUCH = script(
  'touch',
  `${IS_LIVE}${RAISE_TTL}
local epoch = redis.call('GET', KEYS[2])
if not epoch then return 0 end
local head, tags = live(KEYS[1], epoch, ARGV[1])
if not head then return 0 end
local created = 0
for i = 10, 5, -1 do created = created * 256 + string.byte(head, i) end
local function u48(untilMs)
  if untilMs == '' then return string.rep(string.char(255), 6) end
  local left, bytes = tonumber(untilMs) - created, {}
  for i = 1, 6 do
    bytes[i] = string.char(left % 256)
    left = math.floor(left / 256)
  end
  return table.concat(bytes)
end
redis.call('SETRANGE', KEYS[1], 10, u48(ARGV[2]) .. u48(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
raise(KEYS[2], tonumber(ARGV[5]))
for i = 1, #tags do raise(tags[i], tonumber(ARGV[5])) end
return 1`,
)
