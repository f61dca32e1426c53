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

/** Raises the life of a key to at least `ttl` ms; never shortens it. */
export const RAISE_TTL = `
local function raise(key, ttl)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end`

/** The nonce under a key, made from the offered one when missing. */
export const NONCE_AT_LEAST = `${RAISE_TTL}
local function nonce(key, offered, ttl)
  local found = redis.call('GET', key)
  if found then
    raise(key, ttl)
    return found
  end
  redis.call('SET', key, offered, 'PX', ttl)
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

/** Whether the value under a key is valid: its epoch and every tag nonce are what the server holds now. */
export const IS_LIVE = `
local function live(key, epoch, tagPrefix)
  local head = redis.call('GETRANGE', key, 0, 55)
  if #head < 56 or string.byte(head, 1) ~= 0xCA or string.byte(head, 2) ~= 1 then return false end
  if string.sub(head, 33, 40) ~= epoch then return false end
  local count = string.byte(head, 53)
  if count == 0 then return head, {} end
  local bytes = string.byte(head, 23) + 256 * string.byte(head, 24)
  local tags = redis.call('GETRANGE', key, 56, bytes - 1)
  local at, keys = 1, {}
  for i = 1, count do
    local length = string.byte(tags, at + 8)
    local tag = tagPrefix .. string.sub(tags, at + 9, at + 8 + length)
    if redis.call('GET', tag) ~= string.sub(tags, at, at + 7) then return false end
    keys[i] = tag
    at = at + 9 + length
  end
  return head, keys
end`
