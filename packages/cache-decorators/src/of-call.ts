/** What an option gives for one call. */
export type OfCall<T> = (self: unknown, args: readonly unknown[]) => T

type Check<T> = (op: string, option: string, value: unknown) => asserts value is T

/** An option that is a value or a function of the arguments. A value is checked now, a function's answer on each call. */
export function ofCall<T>(op: string, option: string, given: unknown, check: Check<T>): OfCall<T> | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'function') {
    return (self, args) => {
      const answer: unknown = given.apply(self, args)
      check(op, option, answer)
      return answer
    }
  }
  const value: unknown = Array.isArray(given) ? Object.freeze([...given]) : given
  check(op, option, value)
  return () => value
}
