import type { Promised } from './runner.js'
import { assert, draft, mustMiss, mustRead } from './tools.js'

/** Keys that have broken stores before. */
export const AWKWARD_KEYS: readonly string[] = [
  ' ',
  'a b',
  'a.b',
  'a:b',
  'a/../b',
  '*',
  '?',
  '[a]',
  '\\',
  '{a}b',
  'line\nbreak',
  'nul\u0000byte',
  '__proto__',
  'constructor',
  'toString',
  'ключ',
  '鍵',
  '🔑',
  'é',
  'e\u0301',
  'k'.repeat(10_240),
]

const cyclic: Record<string, unknown> = { name: 'circle' }
cyclic['self'] = cyclic

/** Values of every supported type. A function each, so that no test sees another's object. */
export const VALUES: readonly (readonly [name: string, make: () => unknown])[] = [
  ['0', () => 0],
  ['-0', () => -0],
  ['NaN', () => Number.NaN],
  ['Infinity', () => Number.POSITIVE_INFINITY],
  ['false', () => false],
  ["''", () => ''],
  ['null', () => null],
  ['undefined', () => undefined],
  ['a BigInt', () => 2n ** 80n],
  ['text', () => 'grüße 🔑 \u0000 \ud800'],
  ['a Date', () => new Date(1_234_567_890_123)],
  [
    'a Map',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [{ b: 2 }, new Map()],
      ]),
  ],
  ['a Set', () => new Set([1, 'a', new Date(0)])],
  ['a RegExp', () => /a+b/giu],
  ['an Error', () => new RangeError('too far', { cause: { code: 7 } })],
  ['a URL', () => new URL('https://user@example.org:8080/p?q=1#h')],
  ['a Buffer', () => Buffer.from([0, 255, 128, 10])],
  ['a Uint8Array', () => new Uint8Array([1, 2, 3])],
  ['a Float64Array', () => new Float64Array([1.5, Number.NaN, -0])],
  ['an ArrayBuffer', () => new Uint8Array([9, 8]).buffer],
  ['an array with a hole', () => Object.assign(new Array(3), { 0: 1, 2: 3 })],
  ['a plain object', () => ({ a: 1, b: [true, null, 'x'], c: { d: {} } })],
  ['an object with undefined', () => ({ a: undefined, b: 1 })],
  ['an object with an own __proto__', () => JSON.parse('{"__proto__": {"admin": true}, "a": 1}')],
  [
    'everything nested',
    () => ({ list: [new Map([['when', new Date(5)]]), { n: 1n, u: new URL('a:b'), e: [new Error('x')] }] }),
  ],
  ['a cycle', () => cyclic],
]

/** What a value must look like when it comes back. */
export const VALUE_PROMISES: readonly Promised[] = [
  ...VALUES.map(
    ([name, make]): Promised => ({
      name: `${name} comes back as it went in, from single and batch reads`,
      proof: async ({ backend }, other) => {
        await backend.write('value', draft(make()))
        assert.deepStrictEqual((await mustRead(other, 'value')).value, make())
        const [reading] = await other.readMany(['value'], [])
        assert.equal(reading?.present, true)
        assert.deepStrictEqual((reading as { value: unknown }).value, make())
        await backend.writeMany(new Map([['batch', draft(make())]]))
        assert.deepStrictEqual((await mustRead(other, 'batch')).value, make())
      },
    }),
  ),
  {
    name: 'a filled value comes back as it went in',
    proof: async ({ backend }, other) => {
      const { version } = await mustMiss(backend, 'k')
      const acquired = await backend.acquire('k', { version, tags: ['t'], leaseMs: 1000, keepMs: 1000 })
      assert.equal(acquired.status, 'own')
      if (acquired.status === 'own')
        assert.equal(await backend.fill(acquired.lease, draft({ when: new Date(1) }, { tags: ['t'] })), 'stored')
      assert.deepStrictEqual((await mustRead(other, 'k')).value, { when: new Date(1) })
    },
  },
  {
    name: 'awkward keys are kept apart',
    proof: async ({ backend }, other) => {
      for (const [index, key] of AWKWARD_KEYS.entries()) await backend.write(key, draft(index))
      for (const [index, key] of AWKWARD_KEYS.entries())
        assert.equal((await mustRead(other, key)).value, index, JSON.stringify(key.slice(0, 20)))
      for (const key of AWKWARD_KEYS) assert.equal(await other.remove([key]), 1, JSON.stringify(key.slice(0, 20)))
    },
  },
  {
    name: 'a large value comes back whole',
    proof: async ({ backend }, other) => {
      const large = { text: 'x'.repeat(1_000_000), list: Array.from({ length: 20_000 }, (_, index) => ({ index })) }
      await backend.write('large', draft(large))
      assert.deepStrictEqual((await mustRead(other, 'large')).value, large)
    },
  },
]
