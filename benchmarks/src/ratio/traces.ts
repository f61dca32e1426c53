import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { numbered, type Stream } from './streams.js'

/** Of the different keys of a trace; the sizes at which it is played when none are given. */
const SHARES = [1 / 50, 1 / 20, 1 / 10, 1 / 4]

/**
 * Reads a trace: one request per line, of which the first word is the key; or, in files that end in `.lis`, the format
 * of the ARC traces (first block, count of blocks). Compressed with gzip or not.
 */
export function readTrace(path: string, sizes: readonly number[]): Stream {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
  const keys = /\.lis(\.gz)?$/.test(path) ? blocks(text) : firstWords(text)
  const stream = numbered(basename(path).replace(/\.(txt|csv|lis|trace|gz)\b/g, ''), keys, sizes)
  if (stream.requests.length === 0) throw new Error(`${path} has no request in it`)
  if (sizes.length > 0) return stream
  return { ...stream, sizes: [...new Set(SHARES.map((share) => Math.max(10, Math.round(stream.keys * share))))] }
}

function* lines(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    const line = text.slice(from, end < 0 ? undefined : end).trim()
    if (line !== '' && !line.startsWith('#')) yield line
    from = end < 0 ? text.length : end + 1
  }
}

function* firstWords(text: string): Generator<string> {
  for (const line of lines(text)) yield line.split(/[\s,;]/, 1)[0] as string
}

function* blocks(text: string): Generator<number> {
  for (const line of lines(text)) {
    const [first = 0, count = 1] = line.split(/\s+/).map(Number)
    for (let block = first; block < first + count; block++) yield block
  }
}
