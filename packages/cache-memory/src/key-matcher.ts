import { compileGlob } from '@holdfast/cache-core'

export interface KeyMatcher {
  readonly matches: (key: string) => boolean
  /** What every key that matches begins with, literally. */
  readonly prefix: string
}

export const prefixMatcher = (prefix: string): KeyMatcher => ({ matches: (key) => key.startsWith(prefix), prefix })

/** What a glob says before its first wildcard, and how much of the glob that is. */
function literalBeginning(glob: string): readonly [prefix: string, length: number] {
  let prefix = ''
  let at = 0
  while (at < glob.length && !'*?['.includes(glob[at]!)) {
    if (glob[at] === '\\' && at + 1 < glob.length) at++
    prefix += glob[at++]!
  }
  return [prefix, at]
}

export function globMatcher(glob: string): KeyMatcher {
  const [prefix, length] = literalBeginning(glob)
  // Half a surrogate pair is a character of the pattern, but not the first half of another character in a key.
  const onlyPrefix = glob.slice(length) === '*' && prefix.isWellFormed()
  return onlyPrefix ? prefixMatcher(prefix) : { matches: compileGlob(glob), prefix }
}
