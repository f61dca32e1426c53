import type { Clock } from '@holdfast/cache-core'
import { timedOut } from './errors.js'

/**
 * The result of a command, or `E_TIMEOUT`. When the event loop was busy the answer may already lie in the socket, so a
 * deadline that passed lets one turn of the loop go by before it gives up.
 */
export function withDeadline<T>(command: Promise<T>, ms: number, clock: Clock, op: string, key?: string): Promise<T> {
  if (ms === Number.POSITIVE_INFINITY) return command
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(ms, () => setImmediate(() => setImmediate(() => reject(timedOut(op, ms, key)))))
    command.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
