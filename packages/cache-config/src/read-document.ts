import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { Problems } from './problems.js'

/**
 * The content of a YAML or JSON file, or `undefined` after a problem was noted. Problems say where, never what stands
 * there: it may be a password.
 */
export function readDocument(path: string, problems: Problems): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    problems.addText(
      code === 'ENOENT' ? `${path}: no such file` : `${path}: cannot be read (${code ?? 'unknown error'})`,
    )
    return undefined
  }
  return extname(path).toLowerCase() === '.json' ? readJson(path, text, problems) : readYaml(path, text, problems)
}

function readYaml(path: string, text: string, problems: Problems): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { prettyErrors: false, merge: true, lineCounter: lines, logLevel: 'silent' })
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0])
    problems.addText(
      `${path}, line ${line}, column ${col}: not valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`,
    )
  }
  if (document.errors.length > 0) return undefined
  try {
    return document.toJS() as unknown
  } catch {
    problems.addText(`${path}: not valid YAML (an alias has no anchor, or there are too many of them)`)
    return undefined
  }
}

function readJson(path: string, text: string, problems: Problems): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    // Without a position the text ended too early.
    const position = /position (\d+)/.exec(String(error))?.[1] ?? text.length
    problems.addText(`${path}, line ${text.slice(0, Number(position)).split('\n').length}: not valid JSON`)
    return undefined
  }
}
