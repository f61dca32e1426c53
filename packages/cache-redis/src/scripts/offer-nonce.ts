import { NONCE_AT_LEAST, script } from './script.js'

/** KEYS: a nonce. ARGV: a fresh one in case it is missing, ttl ms. Returns the one that is there now. */
export const OFFER_NONCE = script(
  'set',
  `${NONCE_AT_LEAST}
return nonce(KEYS[1], ARGV[1], tonumber(ARGV[2]))`,
)
