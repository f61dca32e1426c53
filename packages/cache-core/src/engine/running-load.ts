import type { Clock } from '../contracts/clock.js'
import { CacheError } from '../errors.js'

/**
 * One run of a loader, as those see it who may have to end it. The AbortSignal that tells the loader is made when it
 * asks for it: most never do.
 */
export class RunningLoad {
  readonly key: string
  /** True when the result can no longer be stored: the lease was lost. */
  lost = false
  /** Set when the callers no longer wait for the loader. */
  interrupted = false
  #reason: CacheError | undefined
  #controller: AbortController | undefined
  #giveUp: (error: CacheError) => void = () => undefined

  readonly #told: () => void

  /** `told` is called once, when the loader is told that nobody keeps its result. */
  constructor(key: string, told: () => void = () => undefined) {
    this.key = key
    this.#told = told
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  /** The lease is lost. The loader may go on: its callers take what it brings. */
  lose(): void {
    this.lost = true
    this.#tell(new CacheError('E_ABORTED', 'The lease was lost: what is loaded now is not kept', { key: this.key }))
  }

  /** Nobody waits for the loader any more: its callers get this error. */
  interrupt(error: CacheError): void {
    this.interrupted = true
    this.#tell(error)
    this.#giveUp(error)
  }

  /** What the loader brings, or the error of an interruption, which comes by itself after `limitMs`. */
  result<T>(clock: Clock, limitMs: number, loading: PromiseLike<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const limited = limitMs !== Number.POSITIVE_INFINITY
      const cancel = limited ? clock.after(limitMs, () => this.#overdue(limitMs)) : () => undefined
      const done =
        <V>(settle: (value: V) => void) =>
        (value: V): void => {
          cancel()
          settle(value)
        }
      this.#giveUp = done(reject)
      loading.then(done(resolve), this.#giveUp)
    })
  }

  #overdue(limitMs: number): void {
    const key = JSON.stringify(this.key.slice(0, 80))
    this.interrupt(
      new CacheError(
        'E_TIMEOUT',
        `The loader of ${key} did not end within ${limitMs / 1000} s. Raise protection.maxLoad, or give it a limit of its own.`,
        { op: 'getOrSet', key: this.key, outcome: 'unknown', retryable: true },
      ),
    )
  }

  #tell(reason: CacheError): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#controller?.abort(reason)
    this.#told()
  }
}
