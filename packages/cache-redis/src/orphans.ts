import { type Cancel, type Clock, isCacheError } from '@holdfast/cache-core'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000
/** More than this are left to lapse. */
const MAX_KEPT = 10_000

interface Orphan {
  readonly until: number
  readonly release: () => Promise<unknown>
}

/**
 * Leases that may stand on the server though nobody holds them: whoever acquired one was not told, or could not give it
 * back. Until such a lease lapses nobody can load its key, so it is given back as soon as the server answers again.
 */
export class Orphans {
  readonly #clock: Clock
  readonly #left = new Map<string, Orphan>()
  #pauseMs = FIRST_PAUSE_MS
  #cancel: Cancel | undefined
  #stopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `token` is what the lease is known by; after `leaseMs` it has lapsed anyway. */
  adopt(token: string, leaseMs: number, release: () => Promise<unknown>): void {
    if (this.#stopped || this.#left.size >= MAX_KEPT) return
    this.#left.set(token, { until: this.#clock.now() + leaseMs, release })
    this.#arm()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
    this.#left.clear()
  }

  #arm(): void {
    if (this.#cancel !== undefined || this.#stopped || this.#left.size === 0) return
    this.#cancel = this.#clock.after(this.#pauseMs * (0.75 + this.#clock.random() * 0.5), () => {
      void this.#giveBack().finally(() => {
        this.#cancel = undefined
        this.#arm()
      })
    })
  }

  /** One at a time until one fails: if the server does not answer one, it does not answer the others. */
  async #giveBack(): Promise<void> {
    for (const [token, { until, release }] of this.#left) {
      if (this.#stopped) return
      if (this.#clock.now() < until) {
        try {
          await release()
        } catch (error) {
          if (isCacheError(error) && error.retryable) {
            this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
            return
          }
        }
      }
      this.#left.delete(token)
      this.#pauseMs = FIRST_PAUSE_MS
    }
  }
}
