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

/** Of a tag: what goes when it is invalidated, then what changes when it is expired. */
export const TAG_NONCE_BYTES = 2 * NONCE_BYTES

/** With when it was last expired. */
export const TAG_MARK_BYTES = TAG_NONCE_BYTES + 6

/** What stands under a tag: its nonce, then when it was last expired (u48, epoch milliseconds). */
export const tagNonce = (): Buffer => Buffer.concat([nonce(), nonce(), Buffer.alloc(6)])

export const leaseToken = (): string => nonce().toString('hex')
