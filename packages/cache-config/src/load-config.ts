import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { coerce } from './coerce.js'
import { crossCheck } from './cross-checks.js'
import { explain } from './explain.js'
import { interpolate } from './interpolate.js'
import { normaliseKeys } from './normalise-keys.js'
import { overlay } from './overlay.js'
import { applyOverrides } from './overrides.js'
import { Problems } from './problems.js'
import { readDocument } from './read-document.js'
import { type CacheDocument, cacheSchema } from './schema.js'
import { isCacheConfig, settle } from './settle.js'
import { suggest } from './suggest.js'
import type { CacheConfig, ConfigSource, LoadOptions } from './types.js'
import { isMapping } from './values.js'

/**
 * Reads and checks a configuration: the file (`.json` is JSON, anything else YAML) or the object, over it the file of
 * the profile when there is one, over that the `HOLDFAST_CACHE__...` variables; then `${VAR}` and `${VAR:default}` are
 * filled in. Keys are in snake case or camel case. Of several backends of which none is marked `default`, the first one
 * is. A configuration that was loaded already is returned as it is.
 *
 * @throws CacheError `E_CONFIG` with every problem and its place. Passwords and URLs never appear in it.
 */
export function loadConfig(source: ConfigSource, options: LoadOptions = {}): CacheConfig {
  if (isCacheConfig(source)) return source
  const env = options.env ?? process.env
  const problems = new Problems()
  const path = source instanceof URL ? fileURLToPath(source) : source
  const title = typeof path === 'string' ? path : 'cache configuration'
  const stored =
    typeof path === 'string'
      ? fromFiles(path, options.profile ?? env['HOLDFAST_PROFILE'], problems)
      : fromObject(path, problems)
  problems.throwIfAny(title)

  const document = coerce(interpolate(applyOverrides(stored, env, problems), env, problems))
  const parsed = z.safeParse(cacheSchema, document)
  for (const issue of parsed.error?.issues ?? []) explain(issue, document, problems)
  crossCheck(document, problems)
  problems.throwIfAny(title)
  return settle(parsed.data as CacheDocument)
}

function fromObject(source: unknown, problems: Problems): unknown {
  if (isMapping(source)) return normaliseKeys('cache' in source ? (source['cache'] ?? {}) : source, problems)
  problems.addText("expected a path or an object such as { backends: [{ name: 'hot' }] }")
  return undefined
}

function fromFiles(path: string, profile: string | undefined, problems: Problems): unknown {
  const base = section(path, problems)
  if (profile === undefined || profile === '') return base
  if (!/^[\w.-]+$/.test(profile)) {
    problems.addText(`the profile ${JSON.stringify(profile)} is not a name; it becomes a part of a file name`)
    return base
  }
  const extension = extname(path)
  const beside = `${path.slice(0, path.length - extension.length)}.${profile}${extension}`
  return existsSync(beside) ? overlay(base, section(beside, problems, false)) : base
}

/** What stands under `cache` in a file. The rest of the file is nobody's business here. */
function section(path: string, problems: Problems, required = true): unknown {
  const known = problems.any
  const document = readDocument(path, problems)
  if (document === undefined && problems.any !== known) return undefined
  if (document !== null && document !== undefined && !isMapping(document)) {
    problems.addText(`${path}: expected a mapping with the key cache`)
  } else if (document && 'cache' in document) {
    return normaliseKeys(document['cache'] ?? {}, problems)
  } else if (required) {
    const meant = Object.keys(document ?? {}).find((key) => suggest(key, ['cache']) !== undefined)
    problems.addText(`${path}: there is no key cache${meant === undefined ? '' : `; is ${meant} meant to be it?`}`)
  }
  return undefined
}
