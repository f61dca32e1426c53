import { conflict, ENDED, type Step, Steps, type Touches } from './steps.js'

/** What a run does with its steps: sets things going, awaits `steps.run()`, checks, throws if something is wrong. */
export type Scenario = (steps: Steps) => Promise<void>

export interface Explored {
  /** How many orders were played to their end. */
  readonly orders: number
  /** False when `limit` ended the search. */
  readonly complete: boolean
}

/** A place at which a run had a choice. */
interface Fork {
  readonly pending: readonly Step[]
  taken: Step
  /** Steps that need not be taken here: what they lead to was seen, or will be, from another fork. */
  readonly asleep: Map<string, Touches | undefined>
}

/**
 * Plays a scenario once for every order in which its steps can happen, depth first. Orders that differ only in the
 * order of steps that touch nothing in common count as one (sleep sets; Godefroid: Partial-Order Methods for the
 * Verification of Concurrent Systems, 1996). Rejects with the first failure, its steps in the message.
 *
 * The scenario starts from nothing each time and does the same each time: no timers, no chance, no I/O.
 */
export async function everyOrder(scenario: Scenario, { limit = 100_000 } = {}): Promise<Explored> {
  const path: Fork[] = []
  let orders = 0
  for (let runs = 0; runs < limit; runs++) {
    let depth = 0
    const steps = new Steps((pending) => {
      const fork = path[depth] ?? forkAt(path, pending)
      if (fork === undefined) return undefined
      depth++
      const index = pending.findIndex(({ name }) => name === fork.taken.name)
      if (index < 0) throw new Error(`the scenario is not the same each time: ${fork.taken.name} is missing`)
      // What it turns out to touch is noted in this very object.
      fork.taken = pending[index] as Step
      return index
    })
    if (await played(scenario, steps)) orders++
    if (!nextPath(path)) return { orders, complete: true }
  }
  return { orders, complete: false }
}

/**
 * Plays a scenario once. Each choice picks one of the steps that wait, counted from the newest: 0 goes on with what
 * happened last, and so does every step when the choices are used up. Made for property tests: any list of natural
 * numbers is an order, and the simplest one is no interleaving at all.
 */
export async function oneOrder(scenario: Scenario, choices: readonly number[]): Promise<void> {
  let at = 0
  await played(scenario, new Steps(({ length }) => length - 1 - ((choices[at++] ?? 0) % length)))
}

/** True when the run came to its end, false when it was ended because it could show nothing new. */
async function played(scenario: Scenario, steps: Steps): Promise<boolean> {
  try {
    await scenario(steps)
    return true
  } catch (error) {
    if (error === ENDED) return false
    const message = error instanceof Error ? error.message : String(error)
    throw new Error([message, 'in this order:', ...steps.trace].join('\n'), { cause: error })
  }
}

/** Begins a new fork at the end of the path, unless everything that is possible here sleeps. */
function forkAt(path: Fork[], pending: readonly Step[]): Fork | undefined {
  const before = path.at(-1)
  const asleep = new Map(
    [...(before?.asleep ?? [])].filter(([, touches]) => before && !conflict(touches, before.taken.touches)),
  )
  const taken = pending.find(({ name }) => !asleep.has(name))
  if (taken === undefined) return undefined
  const fork: Fork = { pending: [...pending], taken, asleep }
  path.push(fork)
  return fork
}

/** Goes back to the last fork at which another step can be taken. False when there is none. */
function nextPath(path: Fork[]): boolean {
  for (let fork = path.at(-1); fork !== undefined; path.pop(), fork = path.at(-1)) {
    const { asleep, taken, pending } = fork
    asleep.set(taken.name, taken.touches)
    const other = pending.find(({ name }) => !asleep.has(name))
    if (other === undefined) continue
    fork.taken = other
    return true
  }
  return false
}
