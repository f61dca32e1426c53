import { strict as assert } from 'node:assert'
import { autoCodec } from '@holdfast/cache-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const roundTrip = (value: unknown): unknown => {
  const { bytes, format } = autoCodec.encode(value)
  return autoCodec.decode(bytes, format)
}

describe('the auto codec', () => {
  it('gives back what it was given', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: false,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: false,
    })
    fc.assert(
      fc.property(anything, (value) => assert.deepStrictEqual(roundTrip(value), value)),
      { numRuns: 3000 },
    )
  })

  it('keeps identity and circles, errors and URLs inside', () => {
    const shared = { n: 1n }
    const value: Record<string, unknown> = {
      a: shared,
      b: shared,
      url: new URL('https://a/b'),
      error: new TypeError('x'),
    }
    value['self'] = value
    ;(value['error'] as Error & { where?: unknown }).where = value['url']
    const back = roundTrip(value) as typeof value
    expect(back['a']).toBe(back['b'])
    expect(back['self']).toBe(back)
    expect(back['url']).toEqual(new URL('https://a/b'))
    expect(back['error']).toBeInstanceOf(TypeError)
    expect((back['error'] as { where: unknown }).where).toBe(back['url'])
    expect((back['error'] as Error).stack).toBe((value['error'] as Error).stack)
  })

  it('writes JSON where that is enough', () => {
    expect(autoCodec.encode({ a: [1, 'x', null] }).bytes.toString()).toBe('{"a":[1,"x",null]}')
  })

  it('refuses what cannot be kept', () => {
    for (const value of [
      () => 1,
      Symbol('s'),
      { a: () => 1 },
      [Promise.resolve()],
      new WeakMap(),
      { u: new URL('a:b'), f() {} },
    ]) {
      expect(() => autoCodec.encode(value)).toThrow(expect.objectContaining({ code: 'E_SERIALIZE' }))
    }
  })

  it.each(['"__proto__"', '"\\u005f_proto__"', '"__\\u0070roto__"', '"_\\u005Fproto\\u005F_"'])(
    'makes no prototype of what a foreign writer put there as %s',
    (name) => {
      const back = autoCodec.decode(Buffer.from(`{"a":1,${name}:{"admin":true}}`), 1) as object
      expect(Object.hasOwn(back, '__proto__')).toBe(false)
      expect({ ...back }).toEqual({ a: 1 })
      expect((Object.assign({}, back) as { admin?: boolean }).admin).toBeUndefined()
    },
  )

  it('gives everyone who decodes the same bytes memory of his own', () => {
    const { bytes, format } = autoCodec.encode([Buffer.from('abc'), new Float64Array([1])])
    const [one, other] = [0, 1].map(() => autoCodec.decode(bytes, format) as [Buffer, Float64Array]) as [
      [Buffer, Float64Array],
      [Buffer, Float64Array],
    ]
    one[0].fill(0)
    one[1].fill(0)
    expect(other).toEqual([Buffer.from('abc'), new Float64Array([1])])
    expect(autoCodec.decode(bytes, format)).toEqual(other)
  })

  it('throws for bytes it did not write, and never runs them', () => {
    for (const format of [0, 1, 2, 3, 9]) {
      for (const bytes of [
        Buffer.alloc(0),
        Buffer.from('{'),
        Buffer.from([255, 15, 111]),
        Buffer.from('process.exit()'),
      ]) {
        expect(() => autoCodec.decode(bytes, format)).toThrow()
      }
    }
  })
})
