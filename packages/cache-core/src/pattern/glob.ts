/**
 * Globs as Redis knows them: `*` any run, `?` one character, `[abc] [^abc] [a-z]` one of a set, `\` takes the next
 * character as it is. A set that is never closed reaches to the end of the pattern. Never turned into a RegExp:
 * matching takes at most (length of text) x (length of pattern) steps, whoever wrote the pattern.
 */
export type Matcher = (text: string) => boolean

type Step =
  | { readonly kind: 'run' }
  | { readonly kind: 'any' }
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'set'; readonly not: boolean; readonly ranges: readonly (readonly [low: string, high: string])[] }

function parseSet(chars: readonly string[], start: number): [step: Step, next: number] {
  let at = start
  const not = chars[at] === '^'
  if (not) at++
  const ranges: [string, string][] = []
  while (at < chars.length && chars[at] !== ']') {
    if (chars[at] === '\\' && at + 1 < chars.length) at++
    const from = chars[at++]!
    if (chars[at] === '-' && at + 1 < chars.length && chars[at + 1] !== ']') {
      const to = chars[at + 1]!
      at += 2
      ranges.push(from <= to ? [from, to] : [to, from])
    } else {
      ranges.push([from, from])
    }
  }
  return [{ kind: 'set', not, ranges }, at + 1]
}

function parse(glob: string): readonly Step[] {
  const chars = [...glob]
  const steps: Step[] = []
  for (let at = 0; at < chars.length; ) {
    const char = chars[at]!
    if (char === '*') {
      if (steps.at(-1)?.kind !== 'run') steps.push({ kind: 'run' })
      at++
    } else if (char === '?') {
      steps.push({ kind: 'any' })
      at++
    } else if (char === '[') {
      const [step, next] = parseSet(chars, at + 1)
      steps.push(step)
      at = next
    } else {
      if (char === '\\' && at + 1 < chars.length) at++
      steps.push({ kind: 'char', char: chars[at]! })
      at++
    }
  }
  return steps
}

function accepts(step: Step, char: string): boolean {
  if (step.kind === 'char') return step.char === char
  if (step.kind === 'set') return step.not !== step.ranges.some(([low, high]) => low <= char && char <= high)
  return step.kind === 'any'
}

/** Whether all of a text matches. */
export function compileGlob(glob: string): Matcher {
  const steps = parse(glob)
  const only = steps.length === 1 && steps[0]!.kind === 'run'
  if (only) return () => true
  return (text) => {
    // Greedy with one point of return: the latest run is the only one that ever needs to grow.
    const chars = [...text]
    let at = 0
    let step = 0
    let runStep = -1
    let runAt = 0
    while (at < chars.length) {
      const current = steps[step]
      if (current?.kind === 'run') {
        runStep = step++
        runAt = at
      } else if (current !== undefined && accepts(current, chars[at]!)) {
        step++
        at++
      } else if (runStep >= 0) {
        step = runStep + 1
        at = ++runAt
      } else {
        return false
      }
    }
    while (steps[step]?.kind === 'run') step++
    return step === steps.length
  }
}

/** A glob that matches the text itself and nothing else. */
export const escapeGlob = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&')

/**
 * The glob for a store that matches bytes: matches at least everything that the glob matches by characters. One
 * character may be several bytes, so `?` and sets become "at least one byte".
 */
export function byteGlob(glob: string): string {
  let loose = ''
  for (const step of parse(glob)) {
    if (step.kind === 'run') loose += '*'
    else if (step.kind === 'char') loose += escapeGlob(step.char)
    else loose += '?*'
  }
  return loose
}
