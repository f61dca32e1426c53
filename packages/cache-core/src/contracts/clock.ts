/** Ends what `after` began. Harmless when it already happened. */
export type Cancel = () => void

/** Time and chance, as arguments. Everything in Holdfast that waits, dates or rolls dice asks one of these. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `then` once, `ms` from now, however long that is. Never keeps the process alive. */
  after(ms: number, then: () => void): Cancel
  /** A number in [0, 1). */
  random(): number
}

/** Node turns a longer timer into one of a millisecond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The wall clock, Node's timers and Math.random. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, then) {
    let timer: NodeJS.Timeout
    const arm = (left: number): void => {
      const step = Math.min(left, LONGEST_TIMER_MS)
      timer = setTimeout(() => (left > step ? arm(left - step) : then()), step)
      timer.unref()
    }
    arm(Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}
