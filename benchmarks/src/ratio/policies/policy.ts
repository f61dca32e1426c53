/** A cache of keys from 0 to `keys - 1` that loads whatever it is asked for and does not have. */
export interface Policy {
  /** Whether it had the key. It may have it from now on. */
  ask(key: number): boolean
}

export interface Setup {
  /** How many keys it may hold. */
  readonly size: number
  /** How many different keys there are. */
  readonly keys: number
  /** Everything that will be asked for, which only the optimum looks at. */
  readonly stream: Int32Array
  readonly random: () => number
}

export type MakePolicy = (setup: Setup) => Policy
