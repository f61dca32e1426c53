import { CacheError } from '@holdfast/cache-core'
import { toCamel } from './naming.js'
import type { Path } from './values.js'

/**
 * What is wrong with a configuration. Everything is collected and said at once, in the words of whoever wrote it:
 * keys appear in camel case when the document is in camel case.
 */
export class Problems {
  readonly #texts = new Map<string, string>()
  readonly #origins = new Map<string, string>()
  /** Whether the document is written in camel case. */
  camel = false

  get any(): boolean {
    return this.#texts.size > 0
  }

  /** Only the first problem of a place is kept: the others follow from it. */
  add(path: Path, text: string): void {
    const where = this.where(path)
    if (this.#texts.has(where)) return
    const origin = this.#origins.get(where)
    this.#texts.set(where, `${where}: ${text}${origin === undefined ? '' : ` (from ${origin})`}`)
  }

  /** A problem that has no place in the document. */
  addText(text: string): void {
    this.#texts.set(text, text)
  }

  /** A value did not stand in the document. */
  comesFrom(path: Path, origin: string): void {
    this.#origins.set(this.where(path), origin)
  }

  spell(key: string): string {
    return this.camel ? toCamel(key) : key
  }

  /** `cache.backends[0].redis_port` */
  where(path: Path): string {
    return path.reduce<string>(
      (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${this.spell(part)}`),
      'cache',
    )
  }

  /** One `E_CONFIG` with every problem on a line of its own. */
  throwIfAny(source: string): void {
    if (!this.any) return
    const count = this.#texts.size
    const lines = [...this.#texts.values()].map((text) => `\n- ${text}`).join('')
    throw new CacheError('E_CONFIG', `${source}: ${count} ${count === 1 ? 'problem' : 'problems'}${lines}`, {
      op: 'loadConfig',
    })
  }
}
