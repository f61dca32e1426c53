import type { Clock } from '@holdfast/cache-core'
import type { Steps } from '@holdfast/cache-core/testing'

interface Timer {
  readonly at: number
  readonly process: string
  readonly then: () => void
}

/** Time that several processes share. It passes when told to; each timer that is due then fires at a turn of its own. */
export class SteppedClock {
  readonly #steps: Steps
  readonly #timers = new Set<Timer>()
  readonly #firing = new Set<string>()
  #now = 1_700_000_000_000

  constructor(steps: Steps) {
    this.#steps = steps
  }

  get pending(): number {
    return this.#timers.size
  }

  of(process: string): Clock {
    return {
      now: () => this.#now,
      random: () => 0,
      after: (ms, then) => {
        const timer: Timer = { at: this.#now + Math.max(0, ms), process, then }
        this.#timers.add(timer)
        return () => this.#timers.delete(timer)
      },
    }
  }

  advance(ms: number): void {
    this.#now += ms
    for (const { process, at } of this.#timers) if (at <= this.#now) void this.#fire(process)
  }

  /** Lets time pass until the next timer is due. False when there is none. */
  skip(): boolean {
    const next = Math.min(...[...this.#timers].map(({ at }) => at))
    if (next === Number.POSITIVE_INFINITY) return false
    this.advance(Math.max(0, next - this.#now))
    return true
  }

  /** The timers of one process fire in their order; those of two, in any. */
  async #fire(process: string): Promise<void> {
    if (this.#firing.has(process)) return
    this.#firing.add(process)
    const nextDue = (): Timer | undefined =>
      [...this.#timers]
        .filter((timer) => timer.process === process && timer.at <= this.#now)
        .sort((one, other) => one.at - other.at)[0]
    while (nextDue() !== undefined) {
      await this.#steps.turn(`${process}: a timer`, { changes: [process] })
      const timer = nextDue()
      if (timer === undefined) break
      this.#timers.delete(timer)
      timer.then()
    }
    this.#firing.delete(process)
  }
}
