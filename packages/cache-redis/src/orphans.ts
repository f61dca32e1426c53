import type { Cancel, Clock } from '@holdfast/cache-core'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000
/** More than this are left to lapse. */
const MAX_KEPT = 10_000
const AT_ONCE = 100

/**
 * Leases that may stand on the server though nobody holds them: whoever acquired one was not told, or could not give it
 * back, or gave it back to a server that was replaced by one that had not heard of it. Until such a lease lapses nobody
 * can load its key, so it is given back as soon as the server answers again.
 */
export class Orphans<L> {
  readonly #clock: Clock
  readonly #release: (lease: L) => Promise<unknown>
  /** With the moment at which they have lapsed anyway. */
  readonly #left = new Map<L, number>()
  /** Given back lately, the oldest first. */
  readonly #ended = new Map<L, number>()
  #pauseMs = FIRST_PAUSE_MS
  #cancel: Cancel | undefined
  #stopped = false

  constructor(clock: Clock, release: (lease: L) => Promise<unknown>) {
    this.#clock = clock
    this.#release = release
  }

  /** After `leaseMs` it has lapsed anyway. */
  adopt(lease: L, leaseMs: number): void {
    if (this.#stopped || this.#left.size >= MAX_KEPT) return
    this.#left.set(lease, this.#clock.now() + leaseMs)
    this.#arm()
  }

  /** It was given back, to the server there is now. */
  ended(lease: L, leaseMs: number): void {
    this.#remember(lease, this.#clock.now() + leaseMs)
  }

  /** Another server took over: to it, leases that were given back lately may still be held. */
  readonly replaced = (): void => {
    // And once more if that server is replaced in its turn.
    for (const [lease, until] of this.#ended) this.#left.set(lease, until)
    this.#arm()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
    this.#left.clear()
    this.#ended.clear()
  }

  #remember(lease: L, until: number): void {
    const now = this.#clock.now()
    for (const [oldest, lapsed] of this.#ended) {
      if (lapsed > now && this.#ended.size < MAX_KEPT) break
      this.#ended.delete(oldest)
    }
    this.#ended.set(lease, until)
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

  /** After a failure the first alone: if the server does not answer it, it does not answer the others. */
  async #giveBack(): Promise<void> {
    const leases = [...this.#left.keys()]
    while (leases.length > 0 && !this.#stopped) {
      const next = leases.splice(0, this.#pauseMs === FIRST_PAUSE_MS ? AT_ONCE : 1)
      const done = await Promise.all(next.map((lease) => this.#giveOneBack(lease)))
      if (done.includes(false)) {
        this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
        return
      }
      this.#pauseMs = FIRST_PAUSE_MS
    }
  }

  /** False when it has to be tried again. */
  async #giveOneBack(lease: L): Promise<boolean> {
    const until = this.#left.get(lease) as number
    try {
      if (this.#clock.now() < until) {
        await this.#release(lease)
        this.#remember(lease, until)
      }
    } catch {
      // Whatever the reason: a password may be changed back as well.
      return false
    }
    this.#left.delete(lease)
    return true
  }
}
