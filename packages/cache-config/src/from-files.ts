import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { normaliseKeys } from './normalise-keys.js'
import { overlay, placeAbove } from './overlay.js'
import type { Problems } from './problems.js'
import { type ReadDocument, readDocument } from './read-document.js'
import { suggest } from './suggest.js'
import { isMapping, type Path } from './values.js'

interface Wanted {
  readonly profile: string | undefined
  /** Instead of the file. */
  readonly text: string | undefined
  /** Filled with the files that were read. */
  readonly files: string[]
}

/** The `cache` object of a file, and over it that of the profile's file beside it, if there is one. */
export function fromFiles(path: string, { profile, text, files }: Wanted, problems: Problems): unknown {
  files.push(path)
  const file = readDocument(path, problems, text)
  if (file !== undefined) problems.locate = (place) => file.locate(place).place
  const base = section(path, file, problems)
  if (profile === undefined || text !== undefined) return base
  if (!/^[\w.-]+$/.test(profile)) {
    problems.addText(`the profile ${JSON.stringify(profile)} is not a name`, 'it becomes a part of a file name')
    return base
  }
  const extension = extname(path)
  const beside = `${path.slice(0, path.length - extension.length)}.${profile}${extension}`
  if (!existsSync(beside)) return base
  files.push(beside)
  const fileAbove = readDocument(beside, problems)
  if (fileAbove !== undefined) problems.locate = (place) => fileAbove.locate(place).place
  const above = section(beside, fileAbove, problems, false)
  if (file !== undefined && fileAbove !== undefined) problems.locate = inEither(file, fileAbove, base, above)
  return overlay(base, above)
}

/** In the file that says more about a place. What both say is what the one above says. */
function inEither(file: ReadDocument, fileAbove: ReadDocument, base: unknown, above: unknown): Problems['locate'] {
  const translated = (path: Path): Path => {
    const [list, index, ...rest] = path
    return list === 'backends' && typeof index === 'number' ? [list, placeAbove(base, above, index), ...rest] : path
  }
  return (path) => {
    const [lower, upper] = [file.locate(path), fileAbove.locate(translated(path))]
    return upper.depth >= lower.depth ? upper.place : lower.place
  }
}

/** What stands under `cache` in a file. The rest of the file is nobody's business here. */
function section(file: string, read: ReadDocument | undefined, problems: Problems, required = true): unknown {
  if (read === undefined) return undefined
  const document = read.value
  if (document !== null && document !== undefined && !isMapping(document)) {
    problems.addAt({ file }, 'expected a mapping with the key cache')
  } else if (document && 'cache' in document) {
    return normaliseKeys(document['cache'] ?? {}, problems)
  } else if (required) {
    const meant = Object.keys(document ?? {}).find((key) => suggest(key, ['cache']) !== undefined)
    problems.addAt({ file }, 'there is no key cache', meant && `is ${meant} meant to be it?`)
  }
  return undefined
}
