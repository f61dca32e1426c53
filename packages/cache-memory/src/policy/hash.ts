import { charCodeAt } from '../char-code-at.js'

/** Up to this length every character counts, beyond it a sample: what costs time must not grow with the key. */
const WHOLE_LENGTH = 48
const ENDS = 16
const SAMPLES = 8

/** A 32-bit hash of a key, never 0. The seed keeps strangers from choosing keys that collide. */
export function hashOf(key: string, seed: number): number {
  const { length } = key
  const whole = length <= WHOLE_LENGTH
  const head = whole ? length : ENDS
  let hash = (seed ^ length) | 0
  for (let at = 0; at < head; at++) hash = Math.imul(hash ^ charCodeAt(key, at), 0x2f0b4f35)
  if (!whole) {
    const stride = Math.floor((length - 2 * ENDS) / SAMPLES)
    for (let sample = 0; sample < SAMPLES; sample++)
      hash = Math.imul(hash ^ charCodeAt(key, ENDS + sample * stride), 0x2f0b4f35)
    for (let at = length - ENDS; at < length; at++) hash = Math.imul(hash ^ charCodeAt(key, at), 0x2f0b4f35)
  }
  // Multiplying carries upwards only: bring the high bits down, where the set is chosen.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b5)
  hash ^= hash >>> 15
  return hash === 0 ? 1 : hash
}
