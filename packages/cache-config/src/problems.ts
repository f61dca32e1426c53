import { CacheError, withoutCredentials } from '@holdfast/cache-core'
import { toCamel } from './naming.js'
import type { Path } from './values.js'

/** Somewhere in a file. Lines and columns count from 1. */
export interface Place {
  readonly file: string
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/** One thing that is wrong with a configuration. No part of it holds a password. */
export interface ConfigProblem {
  /** Which setting, such as `cache.backends[0].redis_port`. Nothing when it is about a file as a whole. */
  readonly path: string | undefined
  /** What is wrong. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string | undefined
  /** Where that stands, as far as it is known. Nothing for what came as an object or from a variable. */
  readonly file: string | undefined
  readonly line: number | undefined
  readonly column: number | undefined
  /** The `HOLDFAST_CACHE__...` variable that the setting came from. */
  readonly variable: string | undefined
}

/** Where a setting of the merged document stands. */
export type Locate = (path: Path) => Place | undefined

/** A longer or stranger key is rather a line that lost the space after its colon. */
const PLAIN_KEY = /^[\w-]{1,64}$/

/**
 * What is wrong with a configuration. Everything is collected and said at once, in the words of whoever wrote it:
 * keys appear in camel case when the document is in camel case.
 */
export class Problems {
  readonly #found = new Map<string, { readonly problem: ConfigProblem; readonly text: string }>()
  readonly #origins = new Map<string, string>()
  readonly #filled = new Map<string, string>()
  /** Whether the document is written in camel case. */
  camel = false
  /** Where settings stand in the files that were read. */
  locate: Locate = () => undefined

  get any(): boolean {
    return this.#found.size > 0
  }

  get all(): readonly ConfigProblem[] {
    return [...this.#found.values()].map(({ problem }) => problem)
  }

  /** Only the first problem of a place is kept: the others follow from it. */
  add(path: Path, message: string, hint?: string): void {
    const where = this.where(path)
    if (this.#found.has(where)) return
    const variable = this.#origins.get(where)
    const place = variable === undefined ? this.locate(path) : undefined
    const text = `${where}: ${joined(message, hint)}${variable === undefined ? '' : ` (from ${variable})`}`
    this.#note(where, { path: where, message, hint, variable }, place, text)
  }

  /** A problem of a file, wherever in the document. */
  addAt(place: Place, message: string, hint?: string): void {
    const { file, line, column } = place
    const where = `${file}${line === undefined ? '' : `, line ${line}`}${column === undefined ? '' : `, column ${column}`}`
    const text = `${where}: ${joined(message, hint)}`
    this.#note(text, { path: undefined, message, hint, variable: undefined }, place, text)
  }

  /** A problem of a variable that has no place in the document. */
  addOf(variable: string, message: string, hint?: string): void {
    const text = `${variable}: ${joined(message, hint)}`
    this.#note(text, { path: undefined, message, hint, variable }, undefined, text)
  }

  /** A problem that is nowhere. */
  addText(message: string, hint?: string): void {
    const text = joined(message, hint)
    this.#note(text, { path: undefined, message, hint, variable: undefined }, undefined, text)
  }

  #note(
    id: string,
    problem: Pick<ConfigProblem, 'path' | 'message' | 'hint' | 'variable'>,
    place: Place | undefined,
    text: string,
  ): void {
    const { path, message, hint, variable } = problem
    const shown = {
      path: path && withoutCredentials(path),
      message: withoutCredentials(message),
      hint: hint && withoutCredentials(hint),
      file: place && withoutCredentials(place.file),
      line: place?.line,
      column: place?.column,
      variable,
    }
    this.#found.set(id, { problem: shown, text: withoutCredentials(text) })
  }

  /** A value did not stand in the document. */
  comesFrom(path: Path, origin: string): void {
    this.#origins.set(this.where(path), origin)
  }

  /** A placeholder in a value was filled in from the environment. What came from there is never shown. */
  filledFrom(path: Path, variable: string): void {
    this.#filled.set(this.where(path), variable)
  }

  filledBy(path: Path): string | undefined {
    return this.#filled.get(this.where(path))
  }

  /** A key as whoever wrote the document would write it; what cannot be one is cut, as it may hold a value. */
  spell(key: string): string {
    if (!PLAIN_KEY.test(key)) return `${/^[\w-]{0,64}/.exec(key)?.[0] ?? ''}...`
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
    const count = this.#found.size
    const lines = [...this.#found.values()].map(({ text }) => `\n- ${text}`).join('')
    const title = `${withoutCredentials(source)}: ${count} ${count === 1 ? 'problem' : 'problems'}`
    throw new CacheError('E_CONFIG', `${title}${lines}`, { op: 'loadConfig' })
  }
}

const joined = (message: string, hint: string | undefined): string =>
  hint === undefined ? message : `${message}${hint.startsWith('did you mean') ? ', ' : '; '}${hint}`
