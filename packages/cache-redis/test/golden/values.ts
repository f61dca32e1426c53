import { autoCodec, type Codec, type Draft } from '@holdfast/cache-core'
import { compressed, encrypted } from '@holdfast/cache-core/codecs'

const AT = 1_700_000_000_000
const draft = (value: unknown, more: Partial<Draft> = {}): Draft => ({
  value,
  tags: [],
  createdAt: AT,
  freshUntil: AT + 60_000,
  keepUntil: AT + 60_000,
  loadMs: 0,
  ...more,
})

/** Not a secret: it opens the golden file only. */
export const GOLDEN_KEY = { id: 'golden', key: Buffer.alloc(32, 7) }

export interface Golden {
  readonly draft: Draft
  readonly codec: Codec
  /** Whether writing it again gives the same bytes: not with a nonce, nor where Node may write another way. */
  readonly exact: boolean
}

const plain = (value: Draft, exact = true): Golden => ({ draft: value, codec: autoCodec, exact })
const cyclic: { self?: unknown } = {}
cyclic.self = cyclic

/** What every version of this package has to read for ever. Add, never change. */
export const GOLDEN: Readonly<Record<string, Golden>> = {
  'a record': plain(draft({ id: 7, name: 'Ada', nested: { list: [1, 2.5, 'three', null, true] } })),
  'a text beyond ASCII': plain(draft('Zürich 東京 🗼')),
  zero: plain(draft(0)),
  'an empty text': plain(draft('')),
  null: plain(draft(null)),
  undefined: plain(draft(undefined), false),
  'not a number': plain(draft(Number.NaN), false),
  'minus zero': plain(draft(-0), false),
  'a big integer': plain(draft(2n ** 70n), false),
  'a date, a map and a set': plain(
    draft({ date: new Date(AT), map: new Map([['a', 1]]), set: new Set([1, 2]) }),
    false,
  ),
  bytes: plain(draft(Buffer.from([0, 1, 2, 255])), false),
  'a cycle': plain(draft(cyclic), false),
  'a URL and an error': plain(draft({ url: new URL('https://example.org/a?b=c'), error: new TypeError('no') }), false),
  'for ever': plain(draft('v', { freshUntil: Number.POSITIVE_INFINITY, keepUntil: Number.POSITIVE_INFINITY })),
  'with grace, tags and the time of its loader': plain(
    draft('v', { keepUntil: AT + 3_600_000, tags: ['users', 'größe:1'], loadMs: 1234 }),
  ),
  'the longest tag, and sixty-four of them': plain(
    draft('v', { tags: ['t'.repeat(255), ...Array.from({ length: 63 }, (_, index) => `tag:${index}`)] }),
  ),
  compressed: { draft: draft('again and '.repeat(500)), codec: compressed(), exact: false },
  encrypted: { draft: draft({ secret: 1 }), codec: encrypted(autoCodec, { keys: [GOLDEN_KEY] }), exact: false },
}
