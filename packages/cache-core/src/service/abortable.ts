import { aborted } from '../errors.js'

/** Ends one caller's wait when his signal says so. The work itself goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined, op: string, key?: string): Promise<T> {
  if (signal === undefined) return work
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(aborted(signal, { op, key }))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
