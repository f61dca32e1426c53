import { RunningLoad } from '../engine/running-load.js'
import { badInput } from '../errors.js'
import type { BatchLoader, LoadContext, SetOptions } from '../options/options.js'
import { NOT_FOUND } from './lookup.js'

export interface Place<T> {
  /** The loader of one key: settles with its share of the one call. */
  readonly load: (context: LoadContext<T | typeof NOT_FOUND>) => Promise<T | typeof NOT_FOUND>
  /** Idempotent. Until every key is decided the call is held back. */
  readonly decided: () => void
  /** The result for this key can no longer be stored. */
  readonly lost: () => void
}

interface Waiting<T> {
  readonly name: string
  readonly context: LoadContext<T | typeof NOT_FOUND>
  /** Set by the call that loads this key. */
  lost: () => void
  readonly resolve: (value: T | typeof NOT_FOUND) => void
  readonly reject: (error: unknown) => void
}

/**
 * Gathers the loads of many keys into one call of a batch loader. The call goes out as soon as it is known for every
 * key who loads it; a key that falls to this caller later (the other process died) goes out with the next call.
 */
export class BatchOfLoads<T> {
  readonly #loader: BatchLoader<T>
  #undecided = 0
  #waiting: Waiting<T>[] = []
  #scheduled = false

  constructor(loader: BatchLoader<T>) {
    this.#loader = loader
  }

  enter(name: string): Place<T> {
    this.#undecided++
    let open = true
    let waiting: Waiting<T> | undefined
    return {
      load: (context) =>
        new Promise((resolve, reject) => {
          waiting = { name, context, resolve, reject, lost: () => undefined }
          this.#waiting.push(waiting)
          this.#schedule()
        }),
      lost: () => waiting?.lost(),
      decided: () => {
        if (!open) return
        open = false
        this.#undecided--
        this.#schedule()
      },
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#undecided > 0 || this.#waiting.length === 0) return
    this.#scheduled = true
    // The last key's decision comes a moment before its load.
    setImmediate(() => {
      this.#scheduled = false
      const waiting = this.#waiting
      this.#waiting = []
      void this.#call(waiting)
    })
  }

  async #call(waiting: readonly Waiting<T>[]): Promise<void> {
    const run = new RunningLoad(waiting[0]?.name ?? '')
    let alive = waiting.length
    for (const one of waiting) {
      one.lost = () => {
        if (--alive === 0) run.lose()
      }
    }
    try {
      const found = await this.#loader(
        waiting.map(({ name }) => name),
        {
          get signal() {
            return run.signal
          },
          setOptions: (options: SetOptions) => {
            for (const { context } of waiting) context.setOptions(options)
          },
          skip: () => {
            for (const { context } of waiting) context.skip()
          },
        },
      )
      const share = shareOf(found)
      for (const { name, resolve } of waiting) resolve(share(name))
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}

/** A list of rows has no keys of its own: taken for a record it would be a batch in which nothing was found. */
function shareOf<T>(
  found: ReadonlyMap<string, T> | Readonly<Record<string, T>>,
): (name: string) => T | typeof NOT_FOUND {
  if (found instanceof Map) return (name) => (found.has(name) ? (found.get(name) as T) : NOT_FOUND)
  if (found === null || typeof found !== 'object' || Symbol.iterator in found) {
    throw badInput(
      'getOrSetMany: the loader returned neither a Map nor a record',
      'Return new Map([[key, value]]) or { key: value }',
      { op: 'getOrSetMany' },
    )
  }
  const record = found as Readonly<Record<string, T>>
  return (name) => (Object.hasOwn(record, name) ? (record[name] as T) : NOT_FOUND)
}
