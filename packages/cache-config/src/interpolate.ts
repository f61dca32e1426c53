// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what is looked for

import type { Problems } from './problems.js'
import { mapLeaves } from './values.js'

type Env = Readonly<Record<string, string | undefined>>

/** `$${` escapes; `${NAME}` or `${NAME:default}`; any other `${` is a mistake. */
const PLACEHOLDER = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}|\$\{/g

/** A text that interpolation leaves as it is. */
export const literal = (text: string): string => text.replaceAll('${', '$$${')

/**
 * Puts the environment into every string. A variable that is set counts, also when it is empty. What cannot be resolved
 * is left as it stands, and noted.
 */
export function interpolate(value: unknown, env: Env, problems: Problems): unknown {
  return mapLeaves(value, (leaf, path) => {
    if (typeof leaf !== 'string') return leaf
    return leaf.replace(PLACEHOLDER, (match: string, name: string | undefined, fallback: string | undefined) => {
      if (match === '$${') return '${'
      if (name === undefined || fallback?.includes('${')) {
        problems.add(path, 'a placeholder is not of the form ${VAR} or ${VAR:default}', 'write $${ for a literal ${')
        return match
      }
      const found = env[name]
      if (found !== undefined) {
        problems.filledFrom(path, name)
        return found
      }
      if (fallback !== undefined) return fallback
      problems.add(path, `the environment variable ${name} is not set`, `set it, or write \${${name}:default}`)
      return match
    })
  })
}
