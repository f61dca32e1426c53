import { z } from 'zod'
import { fieldsAt, namesAt } from './fields.js'
import { isMapping, type Path } from './values.js'

const NUMBER = /^-?\d+(\.\d+)?$/
const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false }

/**
 * What came as text because it passed through the environment becomes what the schema wants there. Settings that hold
 * nothing (`null`, or an empty user name, password or URL) are left out.
 */
export function coerce(value: unknown, path: Path = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => coerce(item, [...path, index]))
  if (isMapping(value)) {
    const known = namesAt(path)
    const entries = Object.entries(value).map(([key, item]) => [key, coerce(item, [...path, key])] as const)
    return Object.fromEntries(entries.filter(([key, item]) => !isEmpty(key, item, known)))
  }
  return typeof value === 'string' ? fromText(value, fieldsAt(path)) : value
}

/** A key that nobody knows stays, so that it is told of: a line that lost the space after its colon has no value. */
const isEmpty = (key: string, item: unknown, known: readonly string[]): boolean =>
  (item === null && known.includes(key)) || (item === '' && OPTIONAL_TEXT.includes(key))

/** `${REDIS_PASSWORD:}` is how a file says "with a password if there is one". */
const OPTIONAL_TEXT = ['redis_password', 'redis_username', 'redis_url']

function fromText(text: string, fields: readonly z.core.$ZodType[]): unknown {
  for (const field of fields) {
    const trimmed = text.trim()
    if (field instanceof z.ZodBoolean && Object.hasOwn(FLAGS, trimmed.toLowerCase()))
      return FLAGS[trimmed.toLowerCase()]
    const numeric = field instanceof z.ZodNumber || isDurationField(field)
    if (numeric && NUMBER.test(trimmed)) return Number(trimmed)
    if (isDurationField(field) && trimmed === 'Infinity') return Number.POSITIVE_INFINITY
  }
  return text
}

/** Among the hand-made checks, durations are the ones that accept a number. */
const isDurationField = (field: z.core.$ZodType): boolean =>
  field instanceof z.ZodCustom && z.safeParse(field, 1).success
