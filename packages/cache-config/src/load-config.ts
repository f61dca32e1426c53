import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { coerce } from './coerce.js'
import { crossCheck } from './cross-checks.js'
import { explain } from './explain.js'
import { fromFiles } from './from-files.js'
import { interpolate } from './interpolate.js'
import { normaliseKeys } from './normalise-keys.js'
import { applyOverrides } from './overrides.js'
import { type ConfigProblem, Problems } from './problems.js'
import { type CacheDocument, cacheSchema } from './schema.js'
import { isCacheConfig, settle } from './settle.js'
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
  const { title, problems, config } = examine(source, options)
  problems.throwIfAny(title)
  return config as CacheConfig
}

export interface CheckOptions extends LoadOptions {
  /** The text of the file, when it was read already: the path then only names it, and no profile is looked for. */
  readonly text?: string | undefined
}

/** What a check found. */
export interface ConfigReport {
  /** Nothing when there are problems. */
  readonly config: CacheConfig | undefined
  readonly problems: readonly ConfigProblem[]
  /** The files that were read, or were meant to be: the file itself, and that of the profile. */
  readonly files: readonly string[]
  /** The profile that was asked for, whether or not it has a file. */
  readonly profile: string | undefined
}

/** As {@link loadConfig}, but never throws: says what is wrong, piece by piece, each with its place in the file. */
export function checkConfig(source: ConfigSource, options: CheckOptions = {}): ConfigReport {
  if (isCacheConfig(source)) return { config: source, problems: [], files: [], profile: undefined }
  const { problems, config, files, profile } = examine(source, options)
  return { config, problems: problems.all, files, profile }
}

interface Examined {
  readonly title: string
  readonly problems: Problems
  readonly config: CacheConfig | undefined
  readonly files: readonly string[]
  readonly profile: string | undefined
}

function examine(source: Exclude<ConfigSource, CacheConfig>, options: CheckOptions): Examined {
  const env = options.env ?? process.env
  const problems = new Problems()
  const path: unknown = source instanceof URL ? fileURLToPath(source) : source
  const profile = (options.profile ?? env['HOLDFAST_PROFILE']) || undefined
  const files: string[] = []
  const stored =
    typeof path === 'string'
      ? fromFiles(path, { profile, text: options.text, files }, problems)
      : fromObject(path, problems)
  const about = { title: typeof path === 'string' ? path : 'cache configuration', problems, files, profile }
  if (problems.any) return { ...about, config: undefined }

  const document = coerce(interpolate(applyOverrides(stored, env, problems), env, problems))
  const parsed = z.safeParse(cacheSchema, document)
  for (const issue of parsed.error?.issues ?? []) explain(issue, document, problems)
  crossCheck(document, problems)
  return { ...about, config: problems.any ? undefined : settle(parsed.data as CacheDocument) }
}

function fromObject(source: unknown, problems: Problems): unknown {
  if (isMapping(source)) return normaliseKeys('cache' in source ? (source['cache'] ?? {}) : source, problems)
  problems.addText("expected a path or an object such as { backends: [{ name: 'hot' }] }")
  return undefined
}
