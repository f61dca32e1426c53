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
    const flight = new OpenFlight(this.#open, key, tags)
    this.#open.set(key, flight)
    const led = lead(flight)
    flight.led = led
    // With nobody aboard a failure is still the leader's to report, not the process's.
    led.then(flight.seal, flight.seal)
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

class OpenFlight implements Joinable {
  readonly tags: readonly string[]
  readonly #open: Map<string, Joinable>
  readonly #key: string
  led: Promise<LookupOutcome> | undefined

  constructor(open: Map<string, Joinable>, key: string, tags: readonly string[]) {
    this.#open = open
    this.#key = key
    this.tags = tags
  }

  /** Whoever joins while the leader has not even returned waits until he has. */
  get outcome(): Promise<LookupOutcome> {
    return this.led ?? Promise.resolve().then(() => this.led as Promise<LookupOutcome>)
  }

  readonly seal = (): void => {
    if (this.#open.get(this.#key) === this) this.#open.delete(this.#key)
  }
}
