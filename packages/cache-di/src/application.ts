import { badInput, CacheError } from '@holdfast/cache-core'
import { afterFailure, closeAll } from './close-all.js'
import { Container } from './container.js'
import type { Module } from './module.js'
import { onSignals } from './signals.js'

export interface ApplicationOptions {
  /** For messages. @default 'application' */
  readonly name?: string | undefined
  readonly modules?: readonly Module[] | undefined
}

/** Starts modules in their order and closes them in the reverse one. Listens to no signal unless asked to. */
export class Application {
  readonly name: string
  readonly container = new Container()
  readonly #modules: Module[]
  readonly #started: Module[] = []
  #starting: Promise<this> | undefined
  #closing: Promise<void> | undefined
  #deaf: (() => void) | undefined

  constructor(options: ApplicationOptions = {}) {
    this.name = options.name ?? 'application'
    this.#modules = [...(options.modules ?? [])]
  }

  /** A started application: `await using app = await Application.boot({ modules })`, or close it yourself. */
  static boot(options: ApplicationOptions): Promise<Application>
  /**
   * Starts, runs `run`, and closes whatever happens. Resolves to what `run` returned. When `run` and the closing both
   * fail, rejects with an `AggregateError` of the two.
   */
  static boot<T>(options: ApplicationOptions, run: (app: Application) => T | Promise<T>): Promise<T>
  static async boot<T>(
    options: ApplicationOptions,
    run?: (app: Application) => T | Promise<T>,
  ): Promise<Application | T> {
    const app = await new Application(options).start()
    if (run === undefined) return app
    let result: T
    try {
      result = await run(app)
    } catch (error) {
      return afterFailure(error, () => app.close())
    }
    await app.close()
    return result
  }

  /** `E_CONFIG` once the application was started. */
  addModule(module: Module): this {
    if (this.#starting ?? this.#closing)
      throw badInput(`${this.name} is started already`, 'Add modules before app.start()')
    this.#modules.push(module)
    return this
  }

  /** When a module cannot start, those before it are closed and its error is passed on. Idempotent. */
  start(): Promise<this> {
    if (this.#closing !== undefined && this.#starting === undefined) {
      return Promise.reject(
        new CacheError('E_CLOSED', `${this.name} is closed. Make another application.`, { op: 'start' }),
      )
    }
    this.#starting ??= this.#start()
    return this.#starting
  }

  /**
   * Waits for a start that is under way, then closes every module, also when one fails; then rejects with
   * `E_UNAVAILABLE`, whose cause is an `AggregateError`. Idempotent. From the call on nothing can be resolved.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * Closes the application at the first of these signals, then lets the process end by it, unless somebody else listens
   * to the signal. The second one ends the process at once. Undone by `close`.
   */
  shutdownOn(...signals: readonly NodeJS.Signals[]): this {
    this.#deaf?.()
    this.#deaf = onSignals(signals.length === 0 ? ['SIGTERM', 'SIGINT'] : signals, () => this.close())
    return this
  }

  async #start(): Promise<this> {
    try {
      for (const module of this.#modules) {
        await module.start(this.container)
        this.#started.push(module)
      }
    } catch (error) {
      this.container.end()
      return afterFailure(error, () => closeAll(this.#started.splice(0), this.name))
    }
    if (this.#closing === undefined) this.container.open()
    return this
  }

  async #close(): Promise<void> {
    this.container.end()
    await this.#starting?.catch(() => undefined)
    this.container.end()
    try {
      await closeAll(this.#started.splice(0), this.name)
    } finally {
      this.#deaf?.()
    }
  }
}
