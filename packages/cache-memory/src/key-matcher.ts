import { compileGlob } from '@holdfast/cache-core'

export interface KeyMatcher {
  readonly matches: (key: string) => boolean
  /** What every key that matches begins with, literally. */
  readonly prefix: string
}

export const prefixMatcher = (prefix: string): KeyMatcher => ({ matches: (key) => key.startsWith(prefix), prefix })

/** The literal parts of a glob, and the first other wildcard than `*` with what follows it. */
function literals(glob: string): { readonly parts: readonly string[]; readonly rest: string } {
  const parts = ['']
  for (let at = 0; at < glob.length; at++) {
    if (glob[at] === '?' || glob[at] === '[') return { parts, rest: glob.slice(at) }
    if (glob[at] === '*') {
      parts.push('')
      continue
    }
    if (glob[at] === '\\' && at + 1 < glob.length) at++
    parts[parts.length - 1] += glob[at]!
  }
  return { parts, rest: '' }
}

/** Whether the parts follow one another: the first at the beginning, the last at the end, each as early as it can be. */
function follow(parts: readonly string[], key: string): boolean {
  const first = parts[0]!
  const last = parts.at(-1)!
  let at = first.length
  const end = key.length - last.length
  if (at > end || !key.startsWith(first) || !key.endsWith(last)) return false
  for (let part = 1; part < parts.length - 1; part++) {
    const found = key.indexOf(parts[part]!, at)
    if (found < 0 || found + parts[part]!.length > end) return false
    at = found + parts[part]!.length
  }
  return true
}

/** As `compileGlob`, without a look at every character where a glob knows no wildcard but `*`. */
export function globMatcher(glob: string): KeyMatcher {
  const { parts, rest } = literals(glob)
  const prefix = parts[0]!
  // Half a surrogate pair is a character of the pattern, but not half of another character in a key.
  if (rest !== '' || !glob.isWellFormed()) return { matches: compileGlob(glob), prefix }
  if (parts.length === 1) return { matches: (key) => key === prefix, prefix }
  if (parts.length === 2 && parts[1] === '') return prefixMatcher(prefix)
  return { matches: (key) => follow(parts, key), prefix }
}
