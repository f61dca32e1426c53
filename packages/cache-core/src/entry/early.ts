import type { Entry } from '../contracts/index.js'

/**
 * Whether a fresh entry should be loaded anew before its time. XFetch: each reader alone decides by chance, so that on
 * average one of them does it shortly before the end, earlier when the loader is slow. `random` is in [0, 1).
 * (Vattani, Chierichetti, Lowenstein, VLDB 2015.)
 */
export const isEarly = (entry: Entry, now: number, beta: number, random: number): boolean =>
  entry.loadMs > 0 && now - entry.loadMs * beta * Math.log(1 - random) >= entry.freshUntil
