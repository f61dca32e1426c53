/**
 * What a step reads and changes, by names of your own choice. Two steps of which neither changes what the other touches
 * may come in either order and nothing differs; `everyOrder` then tries only one of the two.
 */
export interface Touches {
  readonly reads?: readonly string[]
  readonly changes?: readonly string[]
}

/** What a test is made of: something that happens at its turn and not before. */
export interface Step {
  readonly name: string
  /** `undefined`: maybe everything. */
  readonly touches: Touches | undefined
}

/** Which of the steps comes next, the one that has waited longest first. `undefined` ends the run. */
export type Choose = (pending: readonly Step[]) => number | undefined

interface Pending {
  readonly name: string
  touches: Touches | undefined
  readonly go: () => void
}

/** Thrown by `run` when its chooser ends it. */
export const ENDED = new Error('this order of steps was ended')

/**
 * The steps of one run: each happens when its turn comes, one at a time, and everything it sets going (promises,
 * `setImmediate`) comes to rest before the next one.
 */
export class Steps {
  readonly #choose: Choose
  readonly #names = new Map<string, number>()
  readonly #trace: string[] = []
  #taken = 0
  #pending: Pending[] = []
  #current: Pending | undefined

  constructor(choose: Choose) {
    this.#choose = choose
  }

  /** What happened, for a person: the steps in their order, and what was noted of them. */
  get trace(): readonly string[] {
    return this.#trace
  }

  /** Adds a remark to the trace. */
  note(remark: string): void {
    this.#trace.push(`      ${remark}`)
  }

  /**
   * Asks for a turn; settles when it has come. Say what the step touches if you want fewer orders to be tried, and say
   * all of it; without it the step touches everything. In every order the same steps need the same names.
   */
  turn(name: string, touches?: Touches): Promise<void> {
    const times = (this.#names.get(name) ?? 0) + 1
    this.#names.set(name, times)
    return new Promise((go) => this.#pending.push({ name: times === 1 ? name : `${name} (${times})`, touches, go }))
  }

  /** The step that happens now turns out to touch more than it said. */
  touch({ reads = [], changes = [] }: Touches): void {
    const known = this.#current?.touches
    if (this.#current === undefined || known === undefined) return
    this.#current.touches = {
      reads: [...(known.reads ?? []), ...reads],
      changes: [...(known.changes ?? []), ...changes],
    }
  }

  /** Gives turns until nobody asks for one. */
  run(): Promise<void> {
    return this.#run(this.#choose)
  }

  /** As `run`, first come first served: for the part of a test whose order does not matter. */
  drain(): Promise<void> {
    return this.#run(() => 0)
  }

  async #run(choose: Choose): Promise<void> {
    for (await rest(); this.#pending.length > 0; await rest()) {
      const index = choose(this.#pending)
      const next = index === undefined ? undefined : this.#pending[index]
      if (next === undefined) throw ENDED
      this.#pending = this.#pending.filter((step) => step !== next)
      this.#trace.push(`${String(++this.#taken).padStart(3)} ${next.name}`)
      this.#current = next
      next.go()
    }
    this.#current = undefined
  }
}

/** Whether one of them changes what the other touches. */
export function conflict(one: Touches | undefined, other: Touches | undefined): boolean {
  if (one === undefined || other === undefined) return true
  return changesWhat(one, other) || changesWhat(other, one)
}

const changesWhat = ({ changes = [] }: Touches, other: Touches): boolean =>
  changes.some((name) => other.changes?.includes(name) || other.reads?.includes(name))

/** Promises come to rest within one turn of the loop; what was put off with `setImmediate` takes another. */
const rest = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
