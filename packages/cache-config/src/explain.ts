import type { z } from 'zod'
import { namesAt } from './fields.js'
import { toSnake } from './naming.js'
import type { Problems } from './problems.js'
import { LIST, MAPPING } from './schema.js'
import { suggest } from './suggest.js'
import { at, isMapping, type Path } from './values.js'

/** Says what the schema found, in words. Values appear unless they could be secret. */
export function explain(issue: z.core.$ZodIssue, document: unknown, problems: Problems): void {
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) problems.add([...path, key], ...unknownKey(key, namesAt(path), problems))
    return
  }
  if (issue.code === 'invalid_union') {
    // A mapping was meant: what is wrong inside it says more than that neither form fits.
    const inner = isMapping(at(document, path)) ? issue.errors.at(-1) : undefined
    for (const part of inner ?? []) explain({ ...part, path: [...path, ...part.path] }, document, problems)
    if (inner !== undefined) return
  }
  const value = at(document, path)
  const meant =
    issue.code === 'invalid_value' && typeof value === 'string' ? suggest(value, issue.values.map(String)) : undefined
  const quotes = typeof value === 'number' && TEXT.test(issue.message) ? 'put it in quotes' : undefined
  const hint = meant === undefined ? quotes : `did you mean ${meant}?`
  problems.add(path, `expected ${issue.message}, got ${shown(path, value, issue.message, problems)}`, hint)
}

function unknownKey(key: string, known: readonly string[], problems: Problems): [message: string, hint: string] {
  if (key.includes(':')) return ['unknown key', 'is a space missing after the colon?']
  const meant = suggest(toSnake(key), known)
  return meant === undefined
    ? ['unknown key', `known are ${known.map((name) => problems.spell(name)).join(', ')}`]
    : ['unknown key', `did you mean ${problems.spell(meant)}?`]
}

/** Where only text may stand, a number was meant to be one. */
const TEXT = /^a (non-empty )?string/

const SECRET = /password|url|username|redis_tls/
/** `user:password@host`, wherever it was put. */
const CREDENTIALS = /:[^\s]*@/

function shown(path: Path, value: unknown, expected: string, problems: Problems): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const variable = problems.filledBy(path)
  if (variable !== undefined) return `a ${typeof value} out of the environment variable ${variable}`
  // Where structure was expected, a stray line of the file may have become the value.
  const hidden =
    expected === MAPPING || expected === LIST || SECRET.test(path.join('.')) || CREDENTIALS.test(String(value))
  if (hidden) return `a ${typeof value}`
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value)
}
