import { z } from 'zod'
import { cacheSchema } from './schema.js'
import type { Path } from './values.js'

/** The schemas that may stand at a path, without what makes them optional. Empty when none may. */
export function fieldsAt(path: Path): readonly z.core.$ZodType[] {
  return path.reduce<readonly z.core.$ZodType[]>(
    (fields, part) => fields.flatMap((field) => step(field, part)),
    [cacheSchema],
  )
}

/** The names that a mapping at this path may hold. */
export const namesAt = (path: Path): readonly string[] =>
  fieldsAt(path).flatMap((field) => (field instanceof z.ZodObject ? Object.keys(field.shape) : []))

function step(field: z.core.$ZodType, part: string | number): readonly z.core.$ZodType[] {
  if (typeof part === 'number') return field instanceof z.ZodArray ? open(field.element) : []
  if (!(field instanceof z.ZodObject) || !Object.hasOwn(field.shape, part)) return []
  return open(field.shape[part] as z.core.$ZodType)
}

function open(field: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (field instanceof z.ZodOptional) return open(field.unwrap())
  return field instanceof z.ZodUnion ? field.options.flatMap((option) => open(option as z.core.$ZodType)) : [field]
}
