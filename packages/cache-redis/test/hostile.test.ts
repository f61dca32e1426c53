import { randomUUID } from 'node:crypto'
import { autoCodec } from '@holdfast/cache-core'
import { compressed, encrypted } from '@holdfast/cache-core/codecs'
import { recordingRecorder } from '@holdfast/cache-core/testing'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { cacheOn } from './support/caches.js'

/** Bytes in Redis that nobody of us wrote: of another version, of a broken disk, of somebody who means harm. */
const admin = new Redis(inject('redisUrl'))
afterAll(() => admin.disconnect())

function open(codec = autoCodec) {
  const prefix = `hostile-${randomUUID()}`
  const recorder = recordingRecorder()
  const cache = cacheOn({ url: inject('redisUrl'), prefix, codec, maxValueBytes: 100_000 }, { recorder })
  const nameOf = (key: string): string => `${prefix}:v:${key}`
  return {
    prefix,
    recorder,
    cache,
    bytesOf: async (key: string) => (await admin.getBuffer(nameOf(key))) as Buffer,
    plant: (key: string, bytes: Buffer) => admin.set(nameOf(key), bytes, 'PX', 60_000),
  }
}

/** Some bytes changed, some put in, the end cut off. */
const damage = fc.array(
  fc.record({
    kind: fc.constantFrom('change', 'insert', 'cut'),
    // The header is short and decides most.
    at: fc.oneof(fc.nat({ max: 80 }), fc.nat({ max: 5000 })),
    byte: fc.oneof(fc.constantFrom(0, 1, 127, 128, 255), fc.nat({ max: 255 })),
  }),
  { minLength: 1, maxLength: 6 },
)
const damaged = (original: Buffer, changes: readonly { kind: string; at: number; byte: number }[]): Buffer =>
  changes.reduce((bytes, { kind, at, byte }) => {
    const place = at % (bytes.length + 1)
    const rest = kind === 'insert' ? bytes.subarray(place) : bytes.subarray(place + 1)
    return Buffer.concat([bytes.subarray(0, place), ...(kind === 'cut' ? [] : [Buffer.of(byte), rest])])
  }, original)

const PROTOTYPES = [Object, Array, Map, Set, Error, Function, Buffer].map(({ prototype }) => prototype as object)
const shapes = (): string => JSON.stringify(PROTOTYPES.map((one) => Reflect.ownKeys(one).map(String)))

const codecs = {
  'as they are': autoCodec,
  compressed: compressed(autoCodec, { above: 10 }),
  encrypted: encrypted(autoCodec, { keys: [{ id: 'one', key: Buffer.alloc(32, 7) }] }),
}

it.each(Object.entries(codecs))(
  'damaged values fail no call, and the next load replaces them (%s)',
  async (_, codec) => {
    const { cache, bytesOf, plant } = open(codec)
    const values = ['text', { a: [1, new Date(5), 'x'.repeat(2000)] }, new Map([[1, new Set(['a'])]])]
    const originals: Buffer[] = []
    for (const [index, value] of values.entries()) {
      await cache.set(`v${index}`, value, { tags: ['t', 'a tag with a longer name'] })
      originals.push(await bytesOf(`v${index}`))
    }
    const before = shapes()
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: originals.length - 1 }), damage, async (which, changes) => {
        const bytes = damaged(originals[which] as Buffer, changes)
        await plant('k', bytes)
        const found = await cache.get('k')
        if (found === undefined) refused++
        expect((await cache.getMany(['k', 'other'])).size).toBe(found === undefined ? 0 : 1)
        await cache.explain('k')
        const loaded = await cache.getOrSet('k', () => 'loaded')
        if (found === undefined) {
          expect(loaded).toBe('loaded')
          expect(await cache.get('k')).toBe('loaded')
        }
        await plant('k', bytes)
        await cache.touch('k', 60)
        await cache.expire('k')
        await cache.deletePattern('k')
        await plant('k', bytes)
        await cache.delete('k')
        expect(await cache.get('k')).toBeUndefined()
      }),
      { numRuns: 150 },
    )
    expect(refused).toBeGreaterThan(50)
    expect(shapes()).toBe(before)
  },
)

describe('what cannot be read', () => {
  it('is a miss that says why, to the recorder and to explain, and is left until something is loaded', async () => {
    const { cache, recorder, bytesOf, plant } = open()
    await cache.set('k', { a: 1 })
    const whole = await bytesOf('k')
    const changed = (at: number, byte: number): Buffer => {
      const bytes = Buffer.from(whole)
      bytes[at < 0 ? bytes.length + at : at] = byte
      return bytes
    }
    const cases = [Buffer.from('hello'), whole.subarray(0, -1), changed(1, 2), changed(3, 9), changed(-1, 0)]
    for (const bytes of cases) {
      await plant('k', bytes)
      recorder.reset()
      expect(await cache.get('k')).toBeUndefined()
      expect(recorder.events).toMatchObject([
        { type: 'undecodable', key: 'k' },
        { type: 'miss', key: 'k' },
      ])
      expect((await cache.explain('k')).why).toMatch(/cannot read/)
      expect(await bytesOf('k')).toEqual(bytes)
      expect(await cache.getOrSet('k', () => ({ a: 2 }))).toEqual({ a: 2 })
      expect(await cache.get('k')).toEqual({ a: 2 })
    }
  })

  it('under a tag makes its values invalid, and nothing else', async () => {
    const { prefix, cache } = open()
    await cache.set('k', 1, { tags: ['t'] })
    await cache.set('other', 2)
    const nonce = (await admin.getBuffer(`${prefix}:t:t`)) as Buffer
    const cases = [
      [nonce.subarray(0, 8), 'invalidated'],
      [Buffer.of(1), 'invalidated'],
      [Buffer.concat([Buffer.alloc(8), nonce.subarray(8)]), 'invalidated'],
      [Buffer.concat([nonce.subarray(0, 8), Buffer.alloc(nonce.length - 8)]), 'expired'],
    ] as const
    for (const [bytes, state] of cases) {
      await admin.set(`${prefix}:t:t`, bytes, 'PX', 60_000)
      expect(await cache.get('k')).toBeUndefined()
      expect(await cache.getMany(['k', 'other'])).toEqual(new Map([['other', 2]]))
      expect(await cache.explain('k')).toMatchObject({ tags: [{ tag: 't', state }] })
    }
  })

  it('in the list of removed patterns refuses what is being computed, and no more', async () => {
    const { prefix, cache } = open()
    let finish = (): void => undefined
    const load = cache.getOrSet('k', () => new Promise<string>((resolve) => (finish = () => resolve('v'))))
    await expect.poll(() => cache.stats().loads).toBe(1)
    await admin.del(`${prefix}:g`)
    await admin.rpush(`${prefix}:g`, 'x', Buffer.of(255), `${'n'.repeat(12)}[`)
    finish()
    expect(await load).toBe('v')
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.getOrSet('k', () => 'again')).toBe('again')
  })
})
