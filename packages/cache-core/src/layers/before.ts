import type { Clock } from '../contracts/clock.js'

/** The result of some work, or `undefined` if it is not there by the deadline. The work goes on. */
export async function before<T>(clock: Clock, deadline: number, work: Promise<T>): Promise<T | undefined> {
  let cancel = (): void => undefined
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(deadline - clock.now(), () => resolve(undefined))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    cancel()
  }
}
