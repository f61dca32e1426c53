import { readFileSync, writeFileSync } from 'node:fs'
import type { Draft, Encoded } from '@holdfast/cache-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeParts, openEnvelope, sealEnvelope } from '../../src/wire/envelope.js'
import { GOLDEN } from './values.js'

/** Bytes of wire format 1, written once. A new case is added to the file by running with UPDATE_GOLDEN=1. */
const file = new URL('v1.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>

const KEY = 'the:key'
const EPOCH = Buffer.from('epoch-01')
const WRITE_ID = Buffer.from('writeid1')
const tagNonce = (index: number): Buffer => Buffer.alloc(16, 0xa0 + (index % 16))

function seal(draft: Draft, encoded: Encoded): Buffer {
  return sealEnvelope(
    envelopeParts(draft, encoded, WRITE_ID),
    EPOCH,
    draft.tags.map((_, index) => tagNonce(index)),
  )
}

if (process.env['UPDATE_GOLDEN'] !== undefined) {
  for (const [name, { draft, codec }] of Object.entries(GOLDEN))
    golden[name] ??= seal(draft, codec.encode(draft.value, KEY)).toString('base64')
  writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`)
}

const bytesOf = (name: string): Buffer => Buffer.from(golden[name] as string, 'base64')

describe.each(Object.entries(GOLDEN))('wire format 1: %s', (name, { draft, codec }) => {
  it('is read as it was written', () => {
    const header = openEnvelope(bytesOf(name))
    if (header instanceof Error) throw header
    const { value, tags, createdAt, freshUntil, keepUntil, loadMs } = draft
    expect(header).toMatchObject({ tags, createdAt, freshUntil, keepUntil, loadMs })
    expect(codec.decode(header.bytes.subarray(header.payloadAt), header.format, KEY)).toEqual(value)
  })

  it('that somebody spoilt is an error or a header that stays within its bytes', () => {
    const bytes = bytesOf(name)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, cut) => {
        const spoilt = Buffer.from(bytes)
        spoilt[at] = byte
        for (const hostile of [spoilt, bytes.subarray(0, cut), Buffer.concat([bytes, spoilt])]) {
          const header = openEnvelope(hostile)
          if (header instanceof Error) continue
          expect(header.payloadAt).toBeLessThanOrEqual(hostile.length)
          expect(header.tags.length).toBeLessThanOrEqual(255)
        }
      }),
    )
  })
})

const EXACT = Object.entries(GOLDEN).filter(([, { exact }]) => exact)
it.each(EXACT)('wire format 1: %s is written as it was', (name, { draft, codec }) => {
  expect(seal(draft, codec.encode(draft.value, KEY)).toString('base64')).toBe(golden[name])
})

it('the file holds these cases and no others', () => {
  expect(Object.keys(golden).sort()).toEqual(Object.keys(GOLDEN).sort())
})

it.each([
  ['a newer version', 1, 2],
  ['flags of a newer version', 2, 1],
  ['a codec of a newer version', 3, 0x10],
  ['no magic', 0, 0],
])('%s is not read', (_, at, byte) => {
  const bytes = bytesOf('a record')
  bytes[at] = byte
  expect(openEnvelope(bytes)).toBeInstanceOf(Error)
})
