import type { CacheBackend } from '../../contracts/backend.js'
import type { Steps, Touches } from './steps.js'

const READS: ReadonlySet<string> = new Set(['read', 'readMany'])
const AT_ONCE: ReadonlySet<string> = new Set(['close', 'health', 'inspect'])

export interface SteppedOptions {
  /** The process that speaks through this backend: its name in the steps, and what the arrival of an answer touches. */
  readonly process: string
  /** `prompt`: a request has its effect at once, only its answer takes a turn. Far fewer orders. @default 'late' */
  readonly requests?: 'late' | 'prompt'
}

/**
 * A backend each of whose verbs takes two turns: one at which it has its effect, one at which its answer arrives. A wake
 * caused by another process takes a turn too. Give each process of a test one of its own, over one backend that they
 * share and that answers at once, such as process memory.
 */
export function stepped(
  backend: CacheBackend,
  steps: Steps,
  { process, requests = 'late' }: SteppedOptions,
): CacheBackend {
  const arrival: Touches = { changes: [process] }
  let acting = false

  const awaken: CacheBackend['awaken'] = (key, wake) => {
    steps.touch({ changes: ['listeners'] })
    let listening = true
    const stop = backend.awaken(key, () => {
      if (acting) steps.touch(arrival)
      const turn = acting ? undefined : steps.turn(`${process}: ${key} is free`, arrival)
      if (turn === undefined) wake()
      else void turn.then(() => listening && wake())
    })
    return () => {
      steps.touch({ changes: ['listeners'] })
      listening = false
      stop()
    }
  }

  const verb =
    (name: string, call: (args: readonly unknown[]) => unknown) =>
    async (...args: unknown[]): Promise<unknown> => {
      const step = `${process}: ${name} ${shown(args[0])}`
      const touches: Touches = READS.has(name) ? { reads: ['store'] } : { changes: ['store'], reads: ['listeners'] }
      if (requests === 'late') await steps.turn(step, touches)
      else steps.touch(touches)
      acting = true
      const answer = attempt(() => call(args))
      acting = false
      await steps.turn(`${step} ${answer.told}`, arrival)
      return answer.tell()
    }

  return new Proxy(backend, {
    get(target, name) {
      if (name === 'awaken') return awaken
      if (name === 'peek') return undefined
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      const call = (args: readonly unknown[]): unknown => Reflect.apply(member, target, args)
      return AT_ONCE.has(String(name)) ? (...args: unknown[]) => call(args) : verb(String(name), call)
    },
  })
}

interface Answer {
  /** For a person. */
  readonly told: string
  readonly tell: () => unknown
}

/** The outcome of a call, to be told later. */
function attempt(call: () => unknown): Answer {
  try {
    const value = call()
    // Maybe nobody hears of it for a while.
    if (value instanceof Promise) value.catch(() => undefined)
    return { told: `-> ${shown(value)}`, tell: () => value }
  } catch (error) {
    const tell = (): never => {
      throw error
    }
    return { told: 'fails', tell }
  }
}

/** Keys, a lease, or an answer, as short as can be. */
function shown(value: unknown): string {
  if (value instanceof Map) return [...value.keys()].join()
  if (Array.isArray(value)) return value.map(shown).join()
  if (typeof value !== 'object' || value === null) return value === undefined ? 'done' : String(value)
  if ('key' in value) return String(value.key)
  if ('status' in value) return String(value.status)
  return 'present' in value && value.present ? 'found' : 'nothing'
}
