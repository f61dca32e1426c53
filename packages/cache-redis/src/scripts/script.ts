import { createHash } from 'node:crypto'

/** A Lua script and the name the server knows it by. */
export interface Script {
  readonly name: string
  readonly lua: string
  readonly sha: string
}

export const script = (name: string, lua: string): Script => ({
  name,
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
})

/** What the server's clock shows, epoch ms. */
export const SERVER_NOW = `
local function serverNow()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`

/**
 * Raises the life of a nonce to at least `ttl` ms; never shortens it. To twice as much, because every change of it is
 * told to all near caches: the next raises find it long enough.
 */
export const RAISE_TTL = `
local function raise(key, ttl)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl * 2) end
end`

/** The nonce under a key, made from the offered one when missing. */
export const NONCE_AT_LEAST = `${RAISE_TTL}
local function nonce(key, offered, ttl)
  local found = redis.call('GET', key)
  if found then
    raise(key, ttl)
    return found
  end
  redis.call('SET', key, offered, 'PX', ttl * 2)
  return offered
end`

/** Ends a lease and tells its waiters, if any. */
export const END_LEASE = `
local function endLease(key, lease, channel, message)
  redis.call('DEL', key)
  if #lease > 16 then redis.call('PUBLISH', channel, message) end
end
local function heldBy(lease, token)
  return lease and string.sub(lease, 1, 16) == token
end`

/**
 * The header of the value under a key and its tags' keys, if the value is valid: its epoch is what the server holds now,
 * and so are the nonces of its tags, or they were expired and it has a grace.
 */
export const IS_LIVE = `
local function live(key, epoch, tagPrefix)
  -- Somebody else's list or set is no value of ours, and no reason to fail.
  local head = redis.pcall('GETRANGE', key, 0, 55)
  if type(head) ~= 'string' or #head < 56 or string.byte(head, 1) ~= 0xCA or string.byte(head, 2) ~= 1 then return false end
  if string.sub(head, 33, 40) ~= epoch then return false end
  local count = string.byte(head, 53)
  if count == 0 then return head, {} end
  local bytes = string.byte(head, 23) + 256 * string.byte(head, 24)
  local tags = redis.call('GETRANGE', key, 56, bytes - 1)
  local at, keys, expired = 1, {}, false
  for i = 1, count do
    local length = string.byte(tags, at + 16)
    -- Truncated, or hostile.
    if not length then return false end
    local tag = tagPrefix .. string.sub(tags, at + 17, at + 16 + length)
    local now = redis.call('GET', tag)
    if not now or string.sub(now, 1, 8) ~= string.sub(tags, at, at + 7) then return false end
    if string.sub(now, 9, 16) ~= string.sub(tags, at + 8, at + 15) then expired = true end
    keys[i] = tag
    at = at + 17 + length
  end
  -- Stale, and without grace to stay for: fresh for as long as kept.
  if expired and string.sub(head, 11, 16) == string.sub(head, 17, 22) then return false end
  return head, keys
end`

/** A moment (epoch ms, '' is for ever) as the lifetime that an envelope holds: 48 bits of ms since its creation. */
export const LIFETIME = `
local function u48(head, at)
  local number = 0
  for i = at + 6, at + 1, -1 do number = number * 256 + string.byte(head, i) end
  return number
end
local function lifetime(head, untilMs)
  if untilMs == '' then return string.rep(string.char(255), 6) end
  local left, bytes = math.max(0, tonumber(untilMs) - u48(head, 4)), {}
  for i = 1, 6 do
    bytes[i] = string.char(left % 256)
    left = math.floor(left / 256)
  end
  return table.concat(bytes)
end`
