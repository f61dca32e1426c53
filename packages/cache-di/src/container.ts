import { badInput, CacheError } from '@holdfast/cache-core'
import { identityOf, nameOfToken, type Token } from './tokens.js'

export interface ResolveOptions {
  /** Which of several. @default the default one */
  readonly name?: string | undefined
}

/** Finds the instance of a name, or the default one. Refuses names it does not know with `E_CONFIG`. */
export type Provider<T> = (name: string | undefined) => T | Promise<T>

/** What the modules of an application provide. Made and ended by the application. */
export class Container {
  readonly #providers = new Map<unknown, { readonly token: Token<unknown>; readonly provider: Provider<unknown> }>()
  #state: 'new' | 'open' | 'closed' = 'new'

  /** Called by modules while they start. One provider for each token. */
  provide<T>(token: Token<T>, provider: Provider<T>): void {
    const identity = identityOf(token)
    if (this.#providers.has(identity))
      throw badInput(`${nameOfToken(token)} is provided twice`, 'Keep one of the modules that provide it')
    this.#providers.set(identity, { token, provider })
  }

  /**
   * The instance that a module provides. `E_CONFIG` for a token or a name that nobody knows, and before the application
   * is started; `E_CLOSED` once it is being closed.
   */
  async resolve<T>(token: Token<T>, options: ResolveOptions = {}): Promise<T> {
    if (this.#state === 'closed')
      throw new CacheError('E_CLOSED', 'The application is closed. Boot another one.', { op: 'resolve' })
    if (this.#state === 'new') throw badInput('The application is not started', 'Await app.start() before resolving')
    const found = this.#providers.get(identityOf(token))
    if (found === undefined) {
      const known = [...this.#providers.values()].map((entry) => nameOfToken(entry.token))
      const remedy = known.length === 0 ? 'Add a module, such as CacheModule.stub()' : `Known are ${known.join(', ')}`
      throw badInput(`No module provides ${nameOfToken(token)}`, remedy)
    }
    return (await found.provider(options.name)) as T
  }

  /** @internal */
  open(): void {
    this.#state = 'open'
  }

  /** @internal */
  end(): void {
    this.#state = 'closed'
    this.#providers.clear()
  }
}
