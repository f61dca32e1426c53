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
    for (const key of issue.keys) problems.add([...path, key], unknownKey(key, namesAt(path), problems))
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
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`
  problems.add(path, `expected ${issue.message}, got ${shown(path, value, issue.message)}${hint}`)
}

function unknownKey(key: string, known: readonly string[], problems: Problems): string {
  const meant = suggest(toSnake(key), known)
  return meant === undefined
    ? `unknown key; known are ${known.map((name) => problems.spell(name)).join(', ')}`
    : `unknown key, did you mean ${problems.spell(meant)}?`
}

const SECRET = /password|url|username|redis_tls/
/** `scheme://user:password@host`, wherever it was put. */
const CREDENTIALS = /:\/\/[^/]*@/

function shown(path: Path, value: unknown, expected: string): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  // Where structure was expected, a stray line of the file may have become the value.
  const hidden =
    expected === MAPPING || expected === LIST || SECRET.test(path.join('.')) || CREDENTIALS.test(String(value))
  if (!hidden) return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value)
  return `a ${typeof value}${typeof value === 'number' && expected.includes('string') ? '; put it in quotes' : ''}`
}
