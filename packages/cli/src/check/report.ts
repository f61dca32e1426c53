import {
  type BackendConfig,
  type ConfigProblem,
  type ConfigReport,
  type RegistryHealth,
  redactConfig,
} from '@holdfast/cache-config'
import { withoutCredentials } from '@holdfast/cache-core'
import type { Connected } from './connect.js'

type OrNull<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> | (undefined extends T[K] ? null : never) }

type Settings = Readonly<Record<string, unknown>>

/**
 * What `--json` prints. Every key is always there, and none ever changes its meaning; new ones may come. Nothing in it
 * is secret.
 */
export interface Report {
  /** Nothing is wrong and, when they were asked, every backend is up. The exit code says the same. */
  readonly ok: boolean
  readonly files: readonly string[]
  readonly profile: string | null
  readonly problems: readonly OrNull<ConfigProblem>[]
  /** What is right and may still surprise. */
  readonly notes: readonly string[]
  /** Empty when there are problems. Settings as a file would write them, only those that are given. */
  readonly caches: readonly CacheReport[]
  /** The settings for all caches. */
  readonly service: Settings
  /** With `--connect`, by name. */
  readonly health: RegistryHealth | null
}

interface CacheReport {
  readonly name: string
  readonly type: string
  readonly default: boolean
  readonly settings: Settings
}

export function reportOf(checked: ConfigReport, connected: Connected | undefined): Report {
  const { backends, service } = checked.config ? redactConfig(checked.config) : { backends: [], service: {} }
  const refused = connected !== undefined && 'refused' in connected ? [nowhere(connected.refused)] : []
  const problems = [...[...checked.problems].sort(inOrder(checked.files)).map(orNull), ...refused]
  const health = connected !== undefined && 'health' in connected ? shown(connected.health) : null
  return {
    ok: problems.length === 0 && (health === null || health.status === 'up'),
    files: checked.files.map(withoutCredentials),
    profile: checked.profile ?? null,
    problems,
    notes: notesOf(checked),
    caches: problems.length === 0 ? backends.map(cacheReport) : [],
    service: snakeKeys(service) as Settings,
    health,
  }
}

/** As they stand in the files, first what stands in none. */
const inOrder =
  (files: readonly string[]) =>
  (a: ConfigProblem, b: ConfigProblem): number =>
    files.indexOf(a.file ?? '') - files.indexOf(b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0)

const orNull = (problem: ConfigProblem): OrNull<ConfigProblem> => ({
  path: problem.path ?? null,
  message: problem.message,
  hint: problem.hint ?? null,
  file: problem.file ?? null,
  line: problem.line ?? null,
  column: problem.column ?? null,
  variable: problem.variable ?? null,
})

const nowhere = (message: string): OrNull<ConfigProblem> => ({
  path: null,
  message: withoutCredentials(message),
  hint: null,
  file: null,
  line: null,
  column: null,
  variable: null,
})

function notesOf({ files, profile }: ConfigReport): string[] {
  return profile !== undefined && files.length === 1
    ? [`the profile ${profile} has no file beside ${files[0]}, so it changes nothing`]
    : []
}

function cacheReport({ name, type, default: chosen, ...settings }: BackendConfig): CacheReport {
  return { name, type, default: chosen, settings: snakeKeys(settings) as Settings }
}

/** A cause may quote an address. */
const shown = (health: RegistryHealth): RegistryHealth =>
  JSON.parse(JSON.stringify(health), (_, value: unknown) =>
    typeof value === 'string' ? withoutCredentials(value) : value,
  ) as RegistryHealth

function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys)
  // JSON has no infinity, and a file writes it as text.
  if (value === Number.POSITIVE_INFINITY) return 'Infinity'
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(
    entries.map(([key, item]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeKeys(item)]),
  )
}
