import type { Clock } from '@holdfast/cache-core'

/** Something that has to happen in time. */
export class Deadline {
  /** @internal */ before: Deadline | undefined
  /** @internal */ after: Deadline | undefined
  /** @internal */ over = false
  readonly #queue: Queue | undefined

  /** @internal */
  constructor(
    queue: Queue | undefined,
    readonly bornAt: number,
    readonly expire: () => void,
  ) {
    this.#queue = queue
  }

  /** It has happened. False when it was too late. */
  met(): boolean {
    if (this.over) return false
    this.over = true
    this.#queue?.drop(this)
    return true
  }
}

/** A limit ends up to this part of itself late. */
const STEPS = 8

/**
 * Time limits of commands, with one timer for all limits of a length rather than one each: they end in the order in
 * which they began. Counted in steps of the timer and not by a clock, which may be set meanwhile. When the event loop
 * was busy an answer may already lie in the socket, so a limit that passed lets the loop turn before it counts.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #queues = new Map<number, Queue>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls `expire` in `ms`, unless it is met before. */
  start(ms: number, expire: () => void): Deadline {
    if (ms === Number.POSITIVE_INFINITY) return new Deadline(undefined, 0, expire)
    let queue = this.#queues.get(ms)
    if (queue === undefined) {
      queue = new Queue(this.#clock, ms / STEPS)
      this.#queues.set(ms, queue)
    }
    const deadline = new Deadline(queue, queue.step, expire)
    queue.add(deadline)
    return deadline
  }
}

class Queue {
  readonly #clock: Clock
  readonly #stepMs: number
  #first: Deadline | undefined
  #last: Deadline | undefined
  #armed = false
  step = 0

  constructor(clock: Clock, stepMs: number) {
    this.#clock = clock
    this.#stepMs = stepMs
  }

  add(deadline: Deadline): void {
    deadline.before = this.#last
    if (this.#last === undefined) this.#first = deadline
    else this.#last.after = deadline
    this.#last = deadline
    this.#arm()
  }

  drop({ before, after }: Deadline): void {
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
  }

  #arm(): void {
    if (this.#armed || this.#first === undefined) return
    this.#armed = true
    this.#clock.after(this.#stepMs, () => setImmediate(() => setImmediate(() => this.#expire())))
  }

  #expire(): void {
    this.step++
    // The step in which a limit began does not count: it was not a whole one.
    while (this.#first !== undefined && this.step - this.#first.bornAt > STEPS) {
      const { expire } = this.#first
      this.#first.met()
      expire()
    }
    this.#armed = false
    this.#arm()
  }
}
