import type { Clock, Entry } from '../contracts/index.js'

/**
 * Whether a valid entry may be served as it is. An entry without grace is fresh for as long as its store returns it:
 * the store's own clock ended it otherwise, and clocks of two machines need not agree.
 */
export const isFresh = (entry: Entry, clock: Clock): boolean =>
  entry.freshUntil >= entry.keepUntil || clock.now() < entry.freshUntil
