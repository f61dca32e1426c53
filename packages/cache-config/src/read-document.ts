import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { type Located, locateIn } from './locate.js'
import type { Problems } from './problems.js'
import type { Path } from './values.js'

export interface ReadDocument {
  readonly value: unknown
  /** Where a setting below the key `cache` stands. */
  readonly locate: (path: Path) => Located
}

/**
 * The content of a YAML or JSON file, or `undefined` after a problem was noted. Problems say where, never what stands
 * there: it may be a password. A `text` that was read already is taken instead of the file.
 */
export function readDocument(
  path: string,
  problems: Problems,
  text = readText(path, problems),
): ReadDocument | undefined {
  if (text === undefined) return undefined
  const clean = text.replace(/^\uFEFF/, '')
  return extname(path).toLowerCase() === '.json' ? readJson(path, clean, problems) : readYaml(path, clean, problems)
}

function readText(path: string, problems: Problems): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') problems.addAt({ file: path }, 'no such file')
    else problems.addAt({ file: path }, `cannot be read (${code ?? 'unknown error'})`)
    return undefined
  }
}

interface Parsed {
  readonly document: Document
  readonly lines: LineCounter
}

function parse(text: string): Parsed {
  const lines = new LineCounter()
  const options = { prettyErrors: false, merge: true, lineCounter: lines, logLevel: 'silent' } as const
  return { document: parseDocument(text, options), lines }
}

function readYaml(file: string, text: string, problems: Problems): ReadDocument | undefined {
  const { document, lines } = parse(text)
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0])
    const what = error.code.toLowerCase().replaceAll('_', ' ')
    problems.addAt({ file, line, column: col }, `not valid YAML (${what})`)
  }
  if (document.errors.length > 0) return undefined
  try {
    return { value: document.toJS() as unknown, locate: (path) => locateIn(file, document, lines, path) }
  } catch {
    problems.addAt({ file }, 'not valid YAML (an alias has no anchor, or there are too many of them)')
    return undefined
  }
}

function readJson(file: string, text: string, problems: Problems): ReadDocument | undefined {
  try {
    // JSON is YAML as well, which knows its places; parsed only when one is asked for.
    let parsed: Parsed | undefined
    const locate = (path: Path): Located => {
      parsed ??= parse(text)
      return locateIn(file, parsed.document, parsed.lines, path)
    }
    return { value: JSON.parse(text) as unknown, locate }
  } catch (error) {
    // Without a position the text ended too early.
    const position = /position (\d+)/.exec(String(error))?.[1] ?? text.length
    const line = text.slice(0, Number(position)).split('\n').length
    problems.addAt({ file, line }, 'not valid JSON')
    return undefined
  }
}
