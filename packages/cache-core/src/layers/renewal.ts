import type { Lease } from '../contracts/backend.js'
import type { Engine } from '../engine/engine.js'

/** How often a lease is renewed within its own length. */
const RENEWALS_PER_LEASE = 3

/**
 * Keeps leases alive while their loader runs, so that a loader slower than its lease is still one run. When all of
 * them are lost, the signal aborts: nothing that is still computed can be stored.
 */
export class Renewal {
  readonly #engine: Engine
  readonly #held: Set<Lease>
  readonly #controller = new AbortController()
  #cancel: () => void = () => undefined
  #stopped = false

  constructor(engine: Engine, leases: readonly Lease[]) {
    this.#engine = engine
    this.#held = new Set(leases)
    this.#arm()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  #arm(): void {
    const { clock, defaults } = this.#engine
    this.#cancel = clock.after(defaults.leaseMs / RENEWALS_PER_LEASE, () => {
      this.#engine.background.run(this.#renew())
    })
  }

  async #renew(): Promise<void> {
    const { backend, defaults, reporter } = this.#engine
    for (const lease of this.#held) {
      try {
        if (await backend.renew(lease, defaults.leaseMs)) continue
      } catch (error) {
        // The lease may well outlive a short outage; the next turn asks again.
        reporter.degraded('renew', lease.key, error)
        continue
      }
      if (this.#stopped) return
      this.#held.delete(lease)
      reporter.report({ type: 'lease-lost', key: lease.key })
    }
    if (this.#stopped) return
    if (this.#held.size > 0) this.#arm()
    else this.#controller.abort(new Error('lease-lost'))
  }
}
