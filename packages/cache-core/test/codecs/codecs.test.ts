import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { autoCodec } from '@holdfast/cache-core'
import { compressed, encrypted } from '@holdfast/cache-core/codecs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const keys = [{ id: 'new', key: randomBytes(32) }]
const CODECS = {
  auto: autoCodec,
  compressed: compressed(autoCodec, { above: 0 }),
  encrypted: encrypted(autoCodec, { keys }),
  'compressed, then encrypted': encrypted(compressed(autoCodec, { above: 0 }), { keys }),
}
const config = expect.objectContaining({ code: 'E_CONFIG' })

describe.each(Object.entries(CODECS))('%s', (_, codec) => {
  it('keeps every value as it is', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true }),
        (value) => {
          const { bytes, format } = codec.encode(value, 'k')
          expect(codec.decode(bytes, format, 'k')).toEqual(autoCodec.decode(...both(autoCodec.encode(value))))
        },
      ),
    )
  })

  it('meets hostile bytes with an error of its own or a harmless value, and no prototype changes', () => {
    const { bytes, format } = codec.encode({ list: ['a'.repeat(100), 'b'.repeat(100)] }, 'k')
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), fc.nat(15), (at, flip, other) => {
        const spoilt = Buffer.from(bytes)
        spoilt[at] = (spoilt[at] as number) ^ flip
        for (const [hostile, as] of [
          [spoilt, format],
          [bytes, other],
          [bytes.subarray(0, at), format],
        ] as const) {
          try {
            codec.decode(hostile, as, 'k')
          } catch (error) {
            expect(error).toBeInstanceOf(Error)
          }
        }
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

const both = ({ bytes, format }: { bytes: Buffer; format: number }): [Buffer, number] => [bytes, format]

describe('compression', () => {
  it('is left out where it does not pay: small values, and those that do not get smaller', () => {
    const codec = compressed()
    expect(codec.encode('short').format).toBe(autoCodec.encode('short').format)
    const noise = randomBytes(10_000)
    expect(codec.encode(noise).format).toBe(autoCodec.encode(noise).format)
    const text = 'the same '.repeat(1000)
    expect(codec.encode(text).bytes.length).toBeLessThan(200)
  })

  it('reads what was stored before it was turned on', () => {
    expect(compressed().decode(...both(autoCodec.encode({ a: 1 })))).toEqual({ a: 1 })
  })

  it('does not inflate a bomb, whether or not it says how large it is', () => {
    const bomb = deflateRawSync(Buffer.alloc(50 * 2 ** 20))
    const codec = compressed(autoCodec, { maxBytes: 2 ** 20 })
    const header = (claimed: number): Buffer => {
      const bytes = Buffer.alloc(5)
      bytes[0] = 1
      bytes.writeUInt32LE(claimed, 1)
      return bytes
    }
    const before = process.memoryUsage().arrayBuffers
    for (const claimed of [50 * 2 ** 20, 2 ** 20, 0, 2 ** 32 - 1]) {
      expect(() => codec.decode(Buffer.concat([header(claimed), bomb]), 4)).toThrow(Error)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 2 ** 20)
  })

  it.each([[{ above: -1 }], [{ maxBytes: 1.5 }]])('refuses %o', (options) => {
    expect(() => compressed(autoCodec, options)).toThrow(config)
  })
})

describe('encryption', () => {
  it('shows nothing of the value, and never the same bytes twice', () => {
    const codec = encrypted(autoCodec, { keys })
    const [one, two] = [codec.encode('secret', 'k').bytes, codec.encode('secret', 'k').bytes]
    expect(one.includes('secret')).toBe(false)
    expect(one.equals(two)).toBe(false)
  })

  it('binds a value to its key: swapped, changed or cut it is not read', () => {
    const codec = encrypted(autoCodec, { keys })
    const { bytes, format } = codec.encode({ admin: false }, 'user:1')
    expect(codec.decode(bytes, format, 'user:1')).toEqual({ admin: false })
    expect(() => codec.decode(bytes, format, 'user:2')).toThrow(Error)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ 1
      expect(() => codec.decode(changed, format, 'user:1'), `byte ${at}`).toThrow(Error)
      expect(() => codec.decode(bytes.subarray(0, at), format, 'user:1'), `cut at ${at}`).toThrow(Error)
    }
  })

  it('rotates: a new key writes, the old one still reads, and dropped it does not', () => {
    const old = { id: 'old', key: randomBytes(32) }
    const { bytes, format } = encrypted(autoCodec, { keys: [old] }).encode('v', 'k')
    const rotated = encrypted(autoCodec, { keys: [...keys, old] })
    expect(rotated.decode(bytes, format, 'k')).toBe('v')
    const next = rotated.encode('v', 'k')
    expect(encrypted(autoCodec, { keys }).decode(next.bytes, next.format, 'k')).toBe('v')
    expect(() => encrypted(autoCodec, { keys }).decode(bytes, format, 'k')).toThrow('not known here')
  })

  it('does not read what was never encrypted: whoever can write to the store could plant it', () => {
    const { bytes, format } = autoCodec.encode('planted')
    expect(() => encrypted(autoCodec, { keys }).decode(bytes, format, 'k')).toThrow('not encrypted')
  })

  it.each([
    ['no options', undefined],
    ['no keys', { keys: [] }],
    ['a short key', { keys: [{ id: 'a', key: randomBytes(16) }] }],
    ['a key that is a text', { keys: [{ id: 'a', key: 'x'.repeat(32) }] }],
    ['no id', { keys: [{ key: randomBytes(32) }] }],
    ['an id twice', { keys: [...keys, ...keys] }],
  ])('refuses %s', (_, options) => {
    expect(() => encrypted(autoCodec, options as never)).toThrow(config)
  })
})
