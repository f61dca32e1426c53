import type { Cancel, Clock } from '../contracts/clock.js'
import type { CacheBackend } from '../contracts/index.js'
import { Owed } from './owed.js'
import { Recent } from './recent.js'

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

type Listener = (event: { readonly type: 'invalidation-owed' | 'invalidation-settled'; readonly count: number }) => void

/** Tries again and again to settle what is owed to one backend, as long as anybody uses it. */
export class Debtor {
  readonly owed = new Owed()
  /** Where another server may take over. */
  readonly recent: Recent | undefined
  readonly #backend: CacheBackend
  readonly #clock: Clock
  readonly #listeners = new Set<Listener>()
  #pauseMs = FIRST_PAUSE_MS
  #cancel: Cancel | undefined
  #settling: Promise<void> | undefined
  #running: { readonly keys: ReadonlySet<string>; readonly ended: Promise<void> } | undefined

  constructor(backend: CacheBackend, clock: Clock) {
    this.#backend = backend
    this.#clock = clock
    if (backend.onReplaced === undefined) return
    const recent = new Recent(clock, () => this.owed.addPrefix(''))
    this.recent = recent
    backend.onReplaced(() => {
      const count = recent.oweAgain()
      if (count === 0) return
      this.#tell('invalidation-owed', count)
      if (this.#listeners.size > 0) void this.#settle()
    })
  }

  /** Begins to use it; the returned function ends that, and the last one to go tries once more. */
  join(listener: Listener): () => Promise<void> {
    this.#listeners.add(listener)
    return async () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      this.#cancel?.()
      this.#cancel = undefined
      await this.#settle()
    }
  }

  /** Something was added. */
  added(count: number): void {
    this.#tell('invalidation-owed', count)
    this.#arm()
  }

  /** Settles when no removal of these keys is under way: it would take what is stored now for what it is to remove. */
  async past(keys: readonly string[]): Promise<void> {
    if (keys.some((key) => this.#running?.keys.has(key))) await this.#running?.ended
  }

  #arm(): void {
    if (this.#cancel !== undefined || this.owed.size === 0 || this.#listeners.size === 0) return
    this.#cancel = this.#clock.after(this.#pauseMs * (0.75 + this.#clock.random() * 0.5), () => {
      this.#cancel = undefined
      void this.#settle()
    })
  }

  #settle(): Promise<void> {
    this.#settling ??= this.#settleAll().finally(() => {
      this.#settling = undefined
      this.#arm()
    })
    return this.#settling
  }

  async #settleAll(): Promise<void> {
    for (const { count, keys, run, done } of this.owed.settlements()) {
      const running = Promise.resolve(this.#backend).then(run)
      this.#running = { keys, ended: running.then(nothing, nothing) }
      try {
        await running
      } catch {
        // Whoever called for it was told when it failed first.
        this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
        return
      } finally {
        this.#running = undefined
      }
      done()
      this.#pauseMs = FIRST_PAUSE_MS
      this.#tell('invalidation-settled', count)
    }
  }

  #tell(type: 'invalidation-owed' | 'invalidation-settled', count: number): void {
    for (const listener of this.#listeners) listener({ type, count })
  }
}

const nothing = (): void => undefined

const debtors = new WeakMap<CacheBackend, Debtor>()

/** One per backend: what one cache owes, no other cache of this process may read from it. */
export function debtorOf(backend: CacheBackend, clock: Clock): Debtor {
  const known = debtors.get(backend)
  if (known !== undefined) return known
  const debtor = new Debtor(backend, clock)
  debtors.set(backend, debtor)
  return debtor
}
