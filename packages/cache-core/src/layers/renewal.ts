import type { Lease } from '../contracts/backend.js'
import type { Engine } from '../engine/engine.js'

/** How often a lease is renewed within its own length. */
const RENEWALS_PER_LEASE = 3

/** Keeps a lease alive while its loader runs, so that a loader slower than its lease is still one run. */
export class Renewal {
  readonly #engine: Engine
  readonly #lease: Lease
  readonly #lost: () => void
  #cancel: () => void = () => undefined
  #stopped = false

  /** `lost` is called once, when the lease turns out not to be held any more. */
  constructor(engine: Engine, lease: Lease, lost: () => void) {
    this.#engine = engine
    this.#lease = lease
    this.#lost = lost
    this.#arm()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  #arm(): void {
    const { clock, defaults, background } = this.#engine
    this.#cancel = clock.after(defaults.leaseMs / RENEWALS_PER_LEASE, () => background.run(this.#renew()))
  }

  async #renew(): Promise<void> {
    const { backend, defaults, reporter } = this.#engine
    const { key } = this.#lease
    let held = true
    try {
      held = await backend.renew(this.#lease, defaults.leaseMs)
    } catch (error) {
      // The lease may well outlive a short outage; the next turn asks again.
      reporter.degraded('renew', key, error)
    }
    if (this.#stopped) return
    if (held) {
      this.#arm()
      return
    }
    reporter.report({ type: 'lease-lost', key })
    this.#lost()
  }
}
