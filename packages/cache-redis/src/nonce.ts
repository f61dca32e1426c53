import { randomFillSync } from 'node:crypto'

export const NONCE_BYTES = 8
const pool = Buffer.allocUnsafeSlow(512 * NONCE_BYTES)
let used = pool.length

/** 64 random bits. Two are never equal for any practical purpose, whoever made them. */
export function nonce(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Buffer.from(pool.subarray(used, used + NONCE_BYTES))
  used += NONCE_BYTES
  return bytes
}

export const leaseToken = (): string => nonce().toString('hex')
