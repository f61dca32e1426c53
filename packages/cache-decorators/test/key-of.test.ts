import { inspect, isDeepStrictEqual } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf } from '../src/key-of.js'
import { readArguments } from './read-arguments.js'

const text = (...args: unknown[]): string => keyOf(args, 'cache')

/** Every value that has a stable text, from a small alphabet, so that near misses are likely. */
const anyArguments = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(0, -0, 1, 1.5, 1e21, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.constantFrom(null, undefined, true, false, 0n, 1n, -1n),
    fc.constantFrom('', '1', '1n', 'null', 'a', 'a.b', 'a b', ',', ':', '"', '\\', '[1]', '"1"', 'sha256-', '\ud800'),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.bigInt(),
    // Node takes no invalid date for equal to any other: they have a test of their own.
    fc.date({ noInvalidDate: true }),
    fc.webUrl().map((url) => new URL(url)),
  ),
  array: fc.oneof(fc.array(tie('value'), { maxLength: 4 }), fc.sparseArray(tie('value'), { maxLength: 4 })),
  object: fc.dictionary(fc.constantFrom('', 'a', 'b', '1', '__proto__', 'a":1'), tie('value'), {
    noNullPrototype: true,
  }),
  map: fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  set: fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
  value: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('array'), tie('object'), tie('map'), tie('set')),
  list: fc.array(tie('value'), { maxLength: 4 }),
})).list as fc.Arbitrary<unknown[]>

describe('the text of arguments', () => {
  it('is readable', () => {
    expect(text('42', 1, -0, 10n, null, undefined, true, Number.NaN)).toBe('"42",1,-0,10n,null,undefined,true,NaN')
    expect(text({ b: Object.assign(Array(3), { 0: 1, 2: 2 }), a: new Date(5) })).toBe('{"a":Date(5),"b":[1,_,2]}')
    expect(text(new Map([[1, 'x']]), new Set([1, 2]), new URL('https://a.b/c'))).toBe(
      'Map(1:"x"),Set(1,2),URL("https://a.b/c")',
    )
    expect(text(new Date(Number.NaN))).toBe('Date(NaN)')
    expect(text()).toBe('')
  })

  const lookAlikes: [unknown[], unknown[]][] = [
    [['a.b'], ['a b']],
    [['1'], [1]],
    [[1], [1n]],
    [[0], [-0]],
    [[null], ['null']],
    [[null], [undefined]],
    [[[1, [2]]], [[[1], 2]]],
    [[[1, 2]], [1, 2]],
    [['a', 'b'], ['a,b']],
    [['a","b'], ['a', 'b']],
    [[{ a: undefined }], [{}]],
    [[[undefined]], [new Array(1)]],
    [[new Date(5)], [5]],
    [[new Date(Number.NaN)], [new Date(0)]],
    [[new Date(Number.NaN)], [Number.NaN]],
    [[new Date(5)], ['1970-01-01T00:00:00.005Z']],
    [[new URL('https://a/')], ['https://a/']],
    [[new Set([1])], [[1]]],
    [[new Map()], [{}]],
    [[new Map()], [new Set()]],
  ]
  it.each(lookAlikes.map(([one, other]) => ({ name: `${inspect(one)} from ${inspect(other)}`, one, other })))(
    'tells $name',
    ({ one, other }) => {
      expect(text(...one)).not.toBe(text(...other))
    },
  )

  it('tells everything from everything else: it can be read back', () => {
    fc.assert(
      fc.property(anyArguments, (args) => {
        const back = readArguments(text(...args))
        expect(isDeepStrictEqual(back, args)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('differs for any two different lists of arguments', () => {
    fc.assert(
      fc.property(anyArguments, anyArguments, (one, other) => {
        fc.pre(!isDeepStrictEqual(one, other))
        expect(text(...one)).not.toBe(text(...other))
      }),
      { numRuns: 2000 },
    )
  })

  it('is the same for equal arguments, in whatever order an object was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse())
        expect(text(reversed)).toBe(text(object))
      }),
    )
  })

  it('has no colon outside of quotes and brackets, and is valid Unicode', () => {
    fc.assert(
      fc.property(anyArguments, (args) => {
        const bare = text(...args).replace(/"(?:[^"\\]|\\.)*"/g, '""')
        let depth = 0
        for (const char of bare) {
          if ('([{'.includes(char)) depth++
          if (')]}'.includes(char)) depth--
          expect(char === ':' && depth === 0).toBe(false)
        }
        expect(text(...args).isWellFormed()).toBe(true)
        expect(text(...args).startsWith('s')).toBe(false)
      }),
    )
  })

  it('is the same for values of another realm', () => {
    const foreign = runInContext('[[1, { a: new Date(5) }], new Map([[1, 2]]), new Set([3])]', createContext({}))
    expect(text(...foreign)).toBe('[1,{"a":Date(5)}],Map(1:2),Set(3)')
  })

  class Money {
    constructor(readonly amount: number) {}
  }
  class Euro extends Money {
    toKey(): unknown {
      return [this.amount, 'EUR']
    }
  }
  class Dates extends Date {}
  const cyclic: unknown[] = []
  cyclic.push({ cyclic })
  const extended = Object.assign([1], { more: 2 })

  it('asks a class instance for its toKey()', () => {
    expect(text(new Euro(5))).toBe('@"Euro"([5,"EUR"])')
  })

  it.each<[string, unknown, RegExp]>([
    ['a class instance', new Money(5), /argument 2 is or holds a Money without toKey\(\).*option key/],
    ['a nested class instance', { price: [new Money(5)] }, /Money/],
    ['a subclass of Date', new Dates(), /Dates/],
    ['a boxed number', Object(1), /Number/],
    ['an Error', new Error('x'), /Error/],
    ['a Promise', Promise.resolve(), /Promise/],
    ['a signal', new AbortController().signal, /AbortSignal/],
    ['a function', () => 1, /function/],
    ['a nested function', { f() {} }, /function/],
    ['a symbol', Symbol('x'), /symbol/],
    ['a symbol property', { [Symbol('x')]: 1 }, /symbol property/],
    ['an array with properties', extended, /properties of its own/],
    ['a cycle', cyclic, /holds itself/],
    ['an object with inherited properties', Object.create({ a: 1 }), /without toKey/],
    ['a Map with properties', Object.assign(new Map(), { a: 1 }), /Map/],
  ])('refuses %s', (_, value, message) => {
    expect(() => text(1, value)).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) }),
    )
  })

  it('refuses what is nested too deep', () => {
    let deep: unknown = 1
    for (let level = 0; level < 10_000; level++) deep = [deep]
    expect(() => text(deep)).toThrow(/nested deeper than 64/)
  })
})
