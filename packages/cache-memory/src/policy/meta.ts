import { MAX_FREQUENCY } from './ghosts.js'

/** What a policy notes of a slot is one byte: its frequency, whether it was read since it was last looked at, its list. */
export const FREQUENCY = 15
export const READ = 16
export const LIST_SHIFT = 5

/** The byte after a hit, by the byte before. */
export const AFTER_HIT = Uint8Array.from({ length: 256 }, (_, meta) => {
  const frequency = Math.min(MAX_FREQUENCY, (meta & FREQUENCY) + 1)
  return (meta & ~FREQUENCY) | READ | frequency
})
