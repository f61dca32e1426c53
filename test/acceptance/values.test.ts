import { describe, expect, it } from 'vitest'
import { ARRANGEMENTS, memoryOfCopies } from './nodes.js'

const cyclic: Record<string, unknown> = { name: 'me' }
cyclic['self'] = cyclic

const VALUES: Readonly<Record<string, unknown>> = {
  zero: 0,
  'minus zero': -0,
  false: false,
  'an empty string': '',
  null: null,
  undefined: undefined,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  BigInt: 2n ** 80n,
  Date: new Date('2024-02-29T12:00:00Z'),
  Map: new Map<unknown, unknown>([
    [1, { a: new Date(0) }],
    ['k', new Set([1n, undefined])],
  ]),
  Set: new Set(['a', null]),
  RegExp: /a+b/giu,
  Buffer: Buffer.from([0, 255, 10, 13]),
  'a typed array': new Float64Array([0.1, Number.NaN, -0]),
  Error: new RangeError('out of range'),
  URL: new URL('https://example.org/a?b=c'),
  'an object with undefined': { a: undefined, b: [undefined, null] },
  'a cycle': cyclic,
  'nested all': { list: [new Map([['d', new Date(1)]]), new Set([/x/]), Buffer.from('b'), 1n, -0] },
  text: 'snow ☃ \u0000 \u2028 "quoted"',
}

describe.each([...ARRANGEMENTS, memoryOfCopies])('a value comes back as it went in, on $name', ({ open }) => {
  it.each(Object.entries(VALUES))('%s', async (_, value) => {
    const { a, b } = open()
    await a.set('k', value)
    await a.setMany({ many: value })
    await a.getOrSet<unknown>('loaded', () => value)
    await a.getOrSetMany<unknown>(['loaded many'], () => new Map([['loaded many', value]]))
    for (const cache of [a, b]) {
      for (const key of ['k', 'many', 'loaded', 'loaded many']) {
        expect(await cache.lookup(key)).toMatchObject({ hit: true })
        const answers = [
          await cache.get(key),
          (await cache.getMany([key])).get(key),
          await cache.getOrSet<unknown>(key, () => 'not called'),
          (await cache.getOrSetMany<unknown>([key], () => ({}))).get(key),
        ]
        for (const answer of answers) {
          expect(answer).toStrictEqual(value)
          expect(Object.is(answer, -0)).toBe(Object.is(value, -0))
          expect(Object.prototype.toString.call(answer)).toBe(Object.prototype.toString.call(value))
        }
      }
    }
  })
})
