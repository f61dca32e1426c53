import type { Flight, LookupOutcome } from './lookup.js'

/** A flight as its joiners see it. */
export interface Joinable extends Flight {
  readonly outcome: Promise<LookupOutcome>
}

/**
 * The loads of this process that may still be joined, one per key. A flight is sealed before the command is sent that
 * confirms its result: whoever joined did so before the instant at which the result was seen to be valid.
 */
export class Flights {
  readonly #open = new Map<string, Joinable>()

  get(key: string): Joinable | undefined {
    return this.#open.get(key)
  }

  /** Opens a flight. `lead` starts at once and is given the flight to seal it; it is sealed at the latest when it ends. */
  open<T>(
    key: string,
    tags: readonly string[],
    lead: (flight: Flight) => Promise<LookupOutcome<T>>,
  ): Promise<LookupOutcome<T>> {
    let settle!: (outcome: Promise<LookupOutcome<T>>) => void
    const outcome = new Promise<LookupOutcome<T>>((resolve) => {
      settle = resolve
    })
    const flight: Joinable = {
      tags,
      outcome,
      seal: () => {
        if (this.#open.get(key) === flight) this.#open.delete(key)
      },
    }
    this.#open.set(key, flight)
    const led = lead(flight).finally(flight.seal)
    settle(led)
    // With nobody aboard a failure is still the leader's to report, not the process's.
    outcome.catch(() => undefined)
    return led
  }

  /** This process invalidated keys: their loads are doomed, so later callers had better start afresh. */
  sealKeys(keys: readonly string[]): void {
    for (const key of keys) this.#open.delete(key)
  }

  sealTags(tags: readonly string[]): void {
    for (const [key, flight] of this.#open) if (flight.tags.some((tag) => tags.includes(tag))) this.#open.delete(key)
  }

  sealWhere(concerns: (key: string) => boolean): void {
    for (const key of this.#open.keys()) if (concerns(key)) this.#open.delete(key)
  }
}
