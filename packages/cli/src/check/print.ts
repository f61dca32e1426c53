import { type Paint, plain } from '../terminal.js'
import type { Report } from './report.js'

/** A report for a person. */
export function print(report: Report, paint: Paint): string {
  const lines = [
    ...report.problems.flatMap((problem) => problemLines(problem, paint)),
    ...report.caches.flatMap((cache) => cacheLines(cache, paint)),
    ...(report.caches.length > 0 ? serviceLines(report, paint) : []),
    ...healthLines(report, paint),
    ...report.notes.map((note) => `${paint('yellow', 'note')}: ${plain(note)}`),
    verdict(report, paint),
  ]
  return `${lines.join('\n')}\n`
}

/** `file:line:column: setting: what is wrong`, which editors and terminals make a link of. */
function problemLines({ path, message, hint, file, line, column, variable }: Report['problems'][number], paint: Paint) {
  const place = [file, line, column].filter((part) => part !== null).join(':')
  const where = [place || variable, path]
    .filter((part) => part)
    .map((part) => `${paint('bold', plain(part as string))}: `)
  const lines = [`${where.join('')}${paint('red', plain(message))}`]
  if (hint !== null) lines.push(`  ${paint('dim', plain(hint))}`)
  return lines
}

function cacheLines({ name, type, default: chosen, settings }: Report['caches'][number], paint: Paint): string[] {
  const head = `${paint('bold', plain(name))}  ${type}${chosen ? ', the default' : ''}`
  return [head, ...settingLines(settings)]
}

function serviceLines({ service }: Report, paint: Paint): string[] {
  return Object.keys(service).length === 0 ? [] : [paint('bold', 'for all of them'), ...settingLines(service)]
}

function settingLines(settings: Readonly<Record<string, unknown>>): string[] {
  const entries = Object.entries(settings)
  const width = Math.max(0, ...entries.map(([key]) => key.length))
  return entries.map(([key, value]) => `  ${plain(key).padEnd(width)}  ${plain(valueText(value))}`)
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Of the store: a cache without its store still answers and calls itself degraded. */
const STATUS = { up: 'green', degraded: 'yellow', down: 'red' } as const

function healthLines({ health }: Report, paint: Paint): string[] {
  if (health === null) return []
  return Object.entries(health.caches).flatMap(([name, { backend }]) => [
    `${paint('bold', plain(name))}  ${paint(STATUS[backend.status], backend.status)}`,
    ...settingLines({ ...backend.detail }),
  ])
}

function verdict({ ok, problems, files, caches, health }: Report, paint: Paint): string {
  const about = plain(files.join(', '))
  if (problems.length > 0) return paint('red', `${counted(problems.length, 'problem')} in ${about}`)
  const found = counted(caches.length, 'cache')
  if (!ok) return paint('red', `${about}: fine, ${found}, not all up`)
  return paint('green', `${about}: fine, ${found}${health === null ? '' : ', all up'}`)
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
