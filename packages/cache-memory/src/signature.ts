import { charCodeAt } from './char-code-at.js'

/** How many characters of a key each byte of its signature stands for. */
const LENGTHS = [4, 8, 12, 16] as const
const LONGEST = 16

/**
 * Four bytes that tell most keys which do not begin with a prefix, without a look at the key: which lies somewhere in
 * memory, while signatures lie side by side. Never 0.
 */
export function signatureOf(key: string): number {
  const end = Math.min(key.length, LONGEST)
  let hash = 0
  let signature = 0
  for (let at = 0; at < end; at++) {
    hash = Math.imul(hash ^ charCodeAt(key, at), 0x2f0b4f35)
    hash ^= hash >>> 15
    if ((at & 3) === 3) signature |= ((hash ^ (hash >>> 8)) & 0xff) << ((at >> 2) * 8)
  }
  return signature === 0 ? 1 : signature
}

/** What of a signature every key has that begins with the prefix, and the bits that this says something about. */
export function prefixSignature(prefix: string): { readonly signature: number; readonly mask: number } {
  let mask = 0
  for (const [byte, length] of LENGTHS.entries()) if (prefix.length >= length) mask |= 0xff << (byte * 8)
  // A signature of 0 is kept as 1: the lowest bit says nothing.
  mask &= ~1
  return { signature: signatureOf(prefix) & mask, mask }
}
