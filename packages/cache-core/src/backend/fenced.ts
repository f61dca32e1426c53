import { randomUUID } from 'node:crypto'
import type {
  Acquired,
  AcquireRequest,
  BackendHealth,
  CacheBackend,
  Filled,
  Lease,
  PatternOptions,
} from '../contracts/backend.js'
import type { Clock } from '../contracts/clock.js'
import type { Draft, Reading } from '../contracts/entry.js'
import type { KeyValueStore } from '../contracts/key-value-store.js'
import { withoutCredentials } from '../credentials.js'
import { aborted, badInput, CacheError, isCacheError } from '../errors.js'
import { checkClock } from '../options/arguments.js'
import { compileGlob } from '../pattern/glob.js'
import { KeyQueue } from './key-queue.js'
import { Listeners } from './listeners.js'
import { MARK_PREFIX, type Mark, Marks, outlives, sameMark } from './marks.js'
import { Removals } from './removals.js'
import { freshUntilBy, isStored, type Stored } from './stored.js'

/** Stores like to quote the address that they could not reach. */
const textOf = (error: unknown): string => withoutCredentials(error instanceof Error ? error.message : String(error))

interface Held extends Lease {
  readonly marks: ReadonlyMap<string, Mark>
  /** How many removals and tag invalidations there had been at the acquire. */
  readonly removals: number
  readonly invalidations: number
  lapsesAt: number
}

const VALUE_PREFIX = 'v:'
const nameOf = (key: string): string => VALUE_PREFIX + key

export interface FencedOptions {
  readonly clock?: Clock
}

/**
 * Lifts a plain store to a backend with fences. Leases and fences hold among everyone who uses this very object, that
 * is within one process; tags are kept in the store and survive it. Pattern removal needs the store's `keys`.
 */
export function fenced(store: KeyValueStore, options: FencedOptions = {}): CacheBackend {
  for (const verb of ['get', 'set', 'delete', 'clear'] as const) {
    if (typeof store?.[verb] !== 'function')
      throw badInput(`fenced: the store has no ${verb}`, 'A store needs name, get, set, delete and clear')
  }
  return new FencedBackend(store, checkClock(options.clock, 'fenced'))
}

class FencedBackend implements CacheBackend {
  readonly name: string
  readonly #store: KeyValueStore
  readonly #clock: Clock
  readonly #queue = new KeyQueue()
  readonly #marks: Marks
  readonly #leases = new Map<string, Held>()
  readonly #listeners = new Listeners()
  readonly #removals = new Removals()
  #invalidations = 0
  /** Settles when every clear that runs has ended. */
  #cleared: Promise<void> = Promise.resolve()
  #closed = false

  constructor(store: KeyValueStore, clock: Clock) {
    this.name = store.name
    this.#store = store
    this.#clock = clock
    this.#marks = new Marks(store, this.#queue, clock)
  }

  read(key: string): Promise<Reading> {
    return this.#ask('read', async () => this.#judge(await this.#store.get(nameOf(key))))
  }

  readMany(keys: readonly string[]): Promise<readonly Reading[]> {
    return this.#ask('readMany', async () => {
      const names = keys.map(nameOf)
      const payloads = this.#store.getMany
        ? await this.#store.getMany(names)
        : await Promise.all(names.map((name) => this.#store.get(name)))
      return Promise.all(payloads.map((payload) => this.#judge(payload)))
    })
  }

  acquire(key: string, request: AcquireRequest): Promise<Acquired> {
    return this.#change('acquire', key, async (): Promise<Acquired> => {
      const there = await this.#store.get(nameOf(key))
      if ((isStored(there) ? there.id : undefined) !== request.version) return { status: 'changed' }
      const now = this.#clock.now()
      const held = this.#leases.get(key)
      if (held !== undefined && held.lapsesAt > now) return { status: 'wait', leaseMs: held.lapsesAt - now }
      const removals = this.#removals.count
      const invalidations = this.#invalidations
      const marks = await this.#ensureMarks(request.tags, request.keepMs)
      const lease: Held = { key, marks, removals, invalidations, lapsesAt: this.#clock.now() + request.leaseMs }
      this.#leases.set(key, lease)
      return { status: 'own', lease }
    })
  }

  fill(lease: Lease, draft: Draft | undefined): Promise<Filled> {
    const held = lease as Held
    return this.#change('fill', held.key, async (): Promise<Filled> => {
      if (!this.#holds(held)) return 'lost'
      try {
        const late = draft?.tags.some((tag) => !held.marks.has(tag)) ?? false
        const refused = () =>
          this.#removals.concern(held.key, held.removals) || (late && held.invalidations !== this.#invalidations)
        if (refused()) return 'stale'
        const captured = [...held.marks]
        const now = await this.#marks.current(captured.map(([tag]) => tag))
        if (captured.some(([, mark], index) => !sameMark(mark, now[index]))) return 'stale'
        if (draft === undefined) return 'stored'
        // Those that are new, and those that would not outlive the value: only now its lifetime is known.
        const lacking = draft.tags.filter((tag) => !outlives(held.marks.get(tag), draft.keepUntil))
        const marks = await this.#ensureMarks(lacking, draft.keepUntil - draft.createdAt)
        // Asked again: a late tag may have been invalidated before its mark was read.
        if (refused()) return 'stale'
        await this.#put(held.key, draft, new Map([...marks, ...held.marks]))
        return 'stored'
      } finally {
        this.#end(held.key)
      }
    })
  }

  renew(lease: Lease, leaseMs: number): boolean {
    const held = lease as Held
    if (!this.#holds(held)) return false
    held.lapsesAt = this.#clock.now() + leaseMs
    return true
  }

  release(lease: Lease): void {
    if (this.#leases.get(lease.key) === lease) this.#end(lease.key)
  }

  awaken(key: string, wake: () => void): () => void {
    return this.#listeners.add(key, wake)
  }

  write(key: string, draft: Draft): Promise<void> {
    return this.#change('write', key, async () => {
      this.#end(key)
      await this.#put(key, draft, await this.#ensureMarks(draft.tags, draft.keepUntil - draft.createdAt))
    })
  }

  async writeMany(drafts: ReadonlyMap<string, Draft>): Promise<void> {
    await everyOne([...drafts].map(([key, draft]) => this.write(key, draft)))
  }

  touch(key: string, freshUntil: number, keepUntil: number): Promise<boolean> {
    return this.#rewrite('touch', key, async () => {
      const stored = await this.#live(key)
      if (stored === undefined) return false
      await this.#ensureMarks(
        stored.tags.map(([tag]) => tag),
        keepUntil - this.#clock.now(),
      )
      await this.#store.set(nameOf(key), { ...stored, freshUntil, keepUntil }, this.#ttl(keepUntil))
      return true
    })
  }

  async remove(keys: readonly string[]): Promise<number> {
    return countOf(
      keys.map((key) =>
        this.#change('remove', key, async () => {
          this.#end(key)
          const live = await this.#live(key)
          await this.#store.delete(nameOf(key))
          return live !== undefined
        }),
      ),
    )
  }

  async expire(keys: readonly string[], at: number): Promise<number> {
    return countOf(
      keys.map((key) =>
        this.#rewrite('expire', key, async () => {
          this.#end(key)
          const live = await this.#live(key)
          if (live === undefined) return false
          if (live.freshUntil >= live.keepUntil) await this.#store.delete(nameOf(key))
          else
            await this.#store.set(
              nameOf(key),
              { ...live, freshUntil: Math.min(live.freshUntil, at) },
              this.#ttl(live.keepUntil),
            )
          return true
        }),
      ),
    )
  }

  removePattern(glob: string, { signal, onProgress }: PatternOptions): Promise<number> {
    return this.#ask('removePattern', async () => {
      if (this.#store.keys === undefined) {
        throw new CacheError(
          'E_UNSUPPORTED',
          `${this.name} cannot list its keys, so it cannot remove a pattern. Use tags, clear, or a store that has keys.`,
          { op: 'deletePattern' },
        )
      }
      if (signal?.aborted) throw aborted(signal)
      const matches = compileGlob(glob)
      await this.#refuse(matches)
      const matching: string[] = []
      for await (const name of this.#store.keys(VALUE_PREFIX)) {
        const key = name.slice(VALUE_PREFIX.length)
        if (matches(key)) matching.push(key)
      }
      if (signal?.aborted) throw aborted(signal, { outcome: 'applied-partially' })
      const count = await this.remove(matching)
      onProgress?.(count)
      return count
    })
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#ask('invalidateTags', async () => {
      this.#invalidations++
      await everyOne(tags.map((tag) => this.#marks.remove(tag)))
    })
  }

  expireTags(tags: readonly string[]): Promise<void> {
    return this.#ask('expireTags', async () => {
      this.#invalidations++
      await everyOne(tags.map((tag) => this.#marks.expire(tag, this.#clock.now())))
    })
  }

  clear(prefix: string): Promise<void> {
    return this.#ask('clear', () => {
      const clearing = this.#clear(prefix)
      this.#cleared = Promise.allSettled([this.#cleared, clearing]).then(() => undefined)
      return clearing
    })
  }

  async health(): Promise<BackendHealth> {
    if (this.#closed) return { status: 'down', detail: { reason: 'closed' } }
    try {
      await this.#store.get(nameOf('health'))
      return { status: 'up', detail: {} }
    } catch (error) {
      return { status: 'down', detail: { message: textOf(error) } }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#queue.quiet()
    await this.#store.close?.()
  }

  async #clear(prefix: string): Promise<void> {
    await this.#refuse((key) => key.startsWith(prefix))
    await this.#store.clear(nameOf(prefix))
    if (prefix === '') await this.#store.clear(MARK_PREFIX)
  }

  /** Refuses what is being computed for these keys, and lets what is being stored land before it returns. */
  async #refuse(concerns: (key: string) => boolean): Promise<void> {
    this.#removals.add(concerns)
    for (const key of [...this.#leases.keys()]) if (concerns(key)) this.#end(key)
    await this.#queue.quiet()
  }

  #holds(held: Held): boolean {
    return this.#leases.get(held.key) === held && held.lapsesAt > this.#clock.now()
  }

  #end(key: string): void {
    if (this.#leases.delete(key)) this.#listeners.wake(key)
  }

  async #live(key: string): Promise<Stored | undefined> {
    const payload = await this.#store.get(nameOf(key))
    return (await this.#judge(payload)).present ? (payload as Stored) : undefined
  }

  async #judge(payload: unknown): Promise<Reading> {
    if (!isStored(payload)) return { present: false, version: undefined }
    const { id, value, createdAt, keepUntil, loadMs } = payload
    const tags = payload.tags.map(([tag]) => tag)
    const freshUntil = freshUntilBy(payload, this.#clock.now(), await this.#marks.current(tags))
    if (freshUntil === undefined) return { present: false, version: id }
    return { present: true, value, tags, createdAt, freshUntil, keepUntil, loadMs, version: id }
  }

  async #ensureMarks(tags: readonly string[], keepMs: number): Promise<ReadonlyMap<string, Mark>> {
    return new Map(
      await Promise.all(tags.map(async (tag): Promise<[string, Mark]> => [tag, await this.#marks.ensure(tag, keepMs)])),
    )
  }

  async #put(key: string, draft: Draft, marks: ReadonlyMap<string, Mark>): Promise<void> {
    const { value, createdAt, freshUntil, keepUntil, loadMs } = draft
    const tags = draft.tags.map((tag) => {
      const { id, period } = marks.get(tag) as Mark
      return [tag, { id, period }] as const
    })
    const stored: Stored = { id: randomUUID(), value, tags, createdAt, freshUntil, keepUntil, loadMs }
    await this.#store.set(nameOf(key), stored, this.#ttl(keepUntil))
  }

  #ttl(keepUntil: number): { ttlMs?: number } {
    return keepUntil === Number.POSITIVE_INFINITY
      ? {}
      : { ttlMs: Math.max(1, Math.ceil(keepUntil - this.#clock.now())) }
  }

  #change<T>(op: string, key: string, task: () => Promise<T>): Promise<T> {
    return this.#ask(op, () => this.#queue.run(nameOf(key), task))
  }

  /**
   * As `#change`, for what puts back what it has read. Those that are in the queue when a clear begins end before it
   * clears; those that come later wait until it has, or they would put back what it removed.
   */
  #rewrite<T>(op: string, key: string, task: () => Promise<T>): Promise<T> {
    const cleared = this.#cleared
    return this.#change(op, key, async () => {
      await cleared
      return task()
    })
  }

  /** Whatever a store throws reaches the caller as a CacheError. */
  async #ask<T>(op: string, task: () => Promise<T>): Promise<T> {
    if (this.#closed)
      throw new CacheError('E_CLOSED', `The backend ${this.name} is closed. Create another one.`, { op })
    try {
      return await task()
    } catch (cause) {
      if (isCacheError(cause)) throw cause
      throw new CacheError('E_UNAVAILABLE', `${this.name}: ${op} failed: ${textOf(cause)}. See the cause.`, {
        op,
        cause,
        outcome: 'unknown',
        retryable: true,
      })
    }
  }
}

/** Lets all of them end before the first failure is told. */
async function everyOne<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work)
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

const countOf = async (work: readonly Promise<boolean>[]): Promise<number> =>
  (await everyOne(work)).filter(Boolean).length
