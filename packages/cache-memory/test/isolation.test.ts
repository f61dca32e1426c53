import type { Draft } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'
import { plainCopy, UNCOPIED } from '../src/copy.js'

const draft = (value: unknown): Draft => ({
  value,
  tags: [],
  createdAt: 0,
  freshUntil: Number.POSITIVE_INFINITY,
  keepUntil: Number.POSITIVE_INFINITY,
  loadMs: 0,
})

// biome-ignore lint/suspicious/noExplicitAny: values of every shape, changed by force
type Any = any

/** A value, and a change to it. */
const CHANGES: readonly (readonly [name: string, make: () => Any, change: (value: Any) => void])[] = [
  ['a property', () => ({ a: 1 }), (value) => (value.a = 2)],
  ['a new property', () => ({ a: 1 }), (value) => (value.b = 2)],
  ['a nested property', () => ({ a: { b: [{ c: 1 }] } }), (value) => (value.a.b[0].c = 2)],
  ['an array', () => [1, 2], (value) => value.push(3)],
  ['a Map', () => new Map([['a', { n: 1 }]]), (value) => value.set('b', 2)],
  ['what is in a Map', () => new Map([['a', { n: 1 }]]), (value) => (value.get('a').n = 2)],
  ['a Set', () => new Set([1]), (value) => value.add(2)],
  ['a Date', () => ({ at: new Date(5) }), (value) => value.at.setTime(6)],
  ['bytes', () => ({ bytes: Buffer.from([1, 2]) }), (value) => (value.bytes[0] = 9)],
  ['a typed array', () => new Float64Array([1, 2]), (value) => (value[0] = 9)],
  ['a URL', () => ({ url: new URL('http://a/b') }), (value) => (value.url.pathname = '/c')],
  ['an Error', () => new Error('x', { cause: { n: 1 } }), (value) => (value.cause.n = 2)],
  [
    'something in a circle',
    () => {
      const one: Any = { n: 1 }
      one.self = one
      return one
    },
    (value) => (value.self.n = 2),
  ],
]

/** Frozen things refuse: that is as good as not having changed. */
const attempt = (change: () => void): void => {
  try {
    change()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
  }
}

describe.each(['freeze', 'clone'] as const)('isolation %s', (isolation) => {
  it.each(CHANGES)("a change to %s by whoever stored it is nobody else's", (_, make, change) => {
    const backend = new MemoryBackend({ isolation })
    const value = make()
    backend.write('k', draft(value))
    change(value)
    expect(backend.read('k')).toMatchObject({ value: make() })
    backend.close()
  })

  it.each(CHANGES)("a change to %s by one reader is nobody else's", (_, make, change) => {
    const backend = new MemoryBackend({ isolation })
    backend.write('k', draft(make()))
    for (const reading of [
      backend.read('k'),
      backend.peek('k'),
      { value: backend.get('k') },
      ...backend.readMany(['k']),
    ]) {
      attempt(() => change((reading as { value: Any }).value))
      expect((backend.read('k') as { value: Any }).value).toEqual(make())
    }
    backend.close()
  })

  it('what cannot be copied is refused, and what was there stays', () => {
    const backend = new MemoryBackend({ isolation })
    backend.write('k', draft('old'))
    for (const value of [() => 1, { f: () => 1 }, { s: Symbol('s') }, [Promise.resolve()], new WeakMap()])
      expect(() => backend.write('k', draft(value))).toThrow(expect.objectContaining({ code: 'E_SERIALIZE' }))
    expect(backend.read('k')).toMatchObject({ value: 'old' })
    backend.close()
  })
})

describe('isolation', () => {
  it('freeze shares one object among all readers, clone gives each his own, reference gives what was stored', () => {
    const value = { a: [1] }
    const read = (isolation: 'reference' | 'freeze' | 'clone') => {
      const backend = new MemoryBackend({ isolation })
      backend.write('k', draft(value))
      return [backend.read('k'), backend.read('k')].map((one) => (one as { value: unknown }).value)
    }
    const [reference, frozen, clone] = [read('reference'), read('freeze'), read('clone')]
    expect([reference[0] === value, reference[1] === value]).toEqual([true, true])
    expect([frozen[0] === value, frozen[0] === frozen[1]]).toEqual([false, true])
    expect([clone[0] === value, clone[0] === clone[1]]).toEqual([false, false])
    expect(Object.isFrozen(value)).toBe(false)
  })
})

describe('the copy of plain data', () => {
  it.each([
    ['primitives', () => [1, -0, Number.NaN, 2n, 'x', true, null, undefined]],
    ['records', () => ({ a: { b: { c: undefined } }, constructor: 1 })],
    [
      'dates, maps and sets',
      () =>
        new Map<unknown, unknown>([
          [{ k: 1 }, new Set([new Date(3)])],
          ['x', [new Date(Number.NaN)]],
        ]),
    ],
  ])('%s are copied as they are', (_, make) => {
    const value = make()
    const copy = plainCopy(value)
    expect(copy).not.toBe(UNCOPIED)
    expect(copy).not.toBe(value)
    expect(copy).toStrictEqual(value)
  })

  it.each([
    ['a hole', Object.assign(new Array(2), { 1: 1 })],
    ['a property beside the elements', /b/.exec('abc')],
    ['an own __proto__', JSON.parse('{"__proto__":{"x":1}}')],
    [
      'an instance',
      new (class Point {
        x = 1
      })(),
    ],
    ['a record without prototype', Object.create(null)],
    ['a Date that is none', Object.create(Date.prototype)],
    ['a Map that is none', Object.create(Map.prototype)],
    ['a Set that is none', Object.create(Set.prototype)],
    ['a function', { f: () => 1 }],
    ['a circle', CHANGES.at(-1)?.[1]()],
  ])('%s is left to the codec', (_, value) => {
    expect(plainCopy([value])).toBe(UNCOPIED)
  })
})
