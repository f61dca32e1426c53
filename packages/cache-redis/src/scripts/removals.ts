import { script } from './script.js'

/*
 * The list of a partition's latest pattern removals, newest first: a nonce of 8 bytes, then the pattern. Whoever
 * computes remembers the nonce that was first, and is told at the end which patterns came before it since.
 */

/** So many are remembered. Who computes for longer than it takes to remove as many patterns is refused. */
const KEEP = 64

/** The nonce of the latest removal; the list begins with an offered one when there is none. Needs `raise`. */
export const LATEST_REMOVAL = `
local function latestRemoval(key, offered, ttl)
  local latest = redis.call('LINDEX', key, 0)
  if latest then
    raise(key, ttl)
    return string.sub(latest, 1, 8)
  end
  redis.call('RPUSH', key, offered)
  redis.call('PEXPIRE', key, ttl * 2)
  return offered
end`

/**
 * What was removed since a nonce was first: nothing, or the nonce that is first now and the patterns. False when that
 * cannot be told any more.
 */
export const REMOVALS_SINCE = `
local function removalsSince(key, seen)
  local latest = redis.call('LINDEX', key, 0)
  if not latest then return false end
  if string.sub(latest, 1, 8) == seen then return {} end
  local all = redis.call('LRANGE', key, 0, -1)
  local answer = {string.sub(latest, 1, 8)}
  for i = 1, #all do
    if string.sub(all[i], 1, 8) == seen then return answer end
    answer[i + 1] = string.sub(all[i], 9)
  end
  return false
end`

/**
 * KEYS: removals. ARGV: a fresh nonce and the pattern. With no list nobody computes anything, so there is nobody to
 * tell. A server that has no room forgets the list: then everybody who computes is refused.
 */
export const LOG_REMOVAL = script(
  'deletePattern',
  `
local pushed = redis.pcall('LPUSHX', KEYS[1], ARGV[1])
if type(pushed) == 'table' and pushed.err then
  redis.call('UNLINK', KEYS[1])
elseif pushed > ${KEEP} then
  redis.call('LTRIM', KEYS[1], 0, ${KEEP - 1})
end
return 1`,
)
