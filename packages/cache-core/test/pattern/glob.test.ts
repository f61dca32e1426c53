import { byteGlob, compileGlob, escapeGlob } from '@holdfast/cache-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** The definition, by recursion, without sets. */
function matchesByDefinition(glob: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = glob
  if (first === undefined) return text.length === 0
  if (first === '*')
    return matchesByDefinition(rest, text) || (text.length > 0 && matchesByDefinition(glob, text.slice(1)))
  return text.length > 0 && (first === '?' || first === text[0]) && matchesByDefinition(rest, text.slice(1))
}

const letters = fc.array(fc.constantFrom('a', 'b', 'é', '🔑'), { maxLength: 8 })
const globs = fc.array(fc.constantFrom('a', 'b', 'é', '*', '?'), { maxLength: 8 })

describe('globs', () => {
  it('match what their definition matches', () => {
    fc.assert(
      fc.property(globs, letters, (glob, text) => {
        expect(compileGlob(glob.join(''))(text.join(''))).toBe(matchesByDefinition(glob, text))
      }),
      { numRuns: 5000 },
    )
  })

  it('escaped text matches itself and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, other) => {
        const matches = compileGlob(escapeGlob(text))
        expect(matches(text)).toBe(true)
        expect(matches(other)).toBe(other === text)
      }),
    )
  })

  it.each([
    ['[abc]', 'b', true],
    ['[abc]', 'd', false],
    ['[^abc]', 'd', true],
    ['[^abc]', 'a', false],
    ['[a-c]x', 'bx', true],
    ['[c-a]x', 'bx', true],
    ['[\\]]', ']', true],
    ['[a\\-c]', '-', true],
    ['[a', 'a', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['\\', '\\', true],
    ['', '', true],
    ['*', '', true],
    ['?', '', false],
  ])('%j on %j: %s', (glob, text, expected) => {
    expect(compileGlob(glob)(text)).toBe(expected)
  })

  it('come to an end for a hostile pattern', () => {
    const matches = compileGlob(`${'a*'.repeat(100)}b`)
    // A backtracking matcher would not be done before the suite's time is over.
    expect(matches('a'.repeat(20_000))).toBe(false)
  })

  it('for bytes match everything that the glob matches', () => {
    fc.assert(
      fc.property(globs, letters, (glob, text) => {
        fc.pre(compileGlob(glob.join(''))(text.join('')))
        const bytes = (value: string): string => Buffer.from(value).toString('latin1')
        expect(compileGlob(bytes(byteGlob(glob.join(''))))(bytes(text.join('')))).toBe(true)
      }),
    )
  })
})
