import { z } from 'zod'
import { toCamel } from './naming.js'
import { cacheSchema } from './schema.js'

type Schema = Record<string, unknown>

/**
 * The JSON Schema of a document, for editors: both cases of every key, and `${VAR}` wherever a value may stand. Draft 7,
 * as the YAML language server knows no later one.
 */
export function jsonSchema(): Schema {
  const { $schema, ...cache } = z.toJSONSchema(cacheSchema, { target: 'draft-7', unrepresentable: 'any' }) as Schema
  return {
    $schema,
    title: 'Holdfast configuration',
    type: 'object',
    required: ['cache'],
    properties: { cache: widened(cache) },
  }
}

const PLACEHOLDER = { type: 'string', pattern: '\\$\\{' }

function widened(schema: Schema): Schema {
  if (schema['type'] === 'array') return { ...schema, items: widened(schema['items'] as Schema) }
  if (schema['type'] === 'object') {
    const properties = Object.entries(schema['properties'] as Record<string, Schema>).flatMap(([name, property]) => {
      const wide = widened(property)
      return [...new Set([name, toCamel(name)])].map((spelling) => [spelling, wide] as const)
    })
    return { ...schema, properties: Object.fromEntries(properties) }
  }
  if (Array.isArray(schema['anyOf']))
    return { ...schema, anyOf: [...(schema['anyOf'] as Schema[]).map(branch), PLACEHOLDER] }
  if (schema['type'] === 'string' && schema['enum'] === undefined && schema['pattern'] === undefined) return schema
  const { description, ...rest } = schema
  return { ...(description === undefined ? {} : { description }), anyOf: [rest, PLACEHOLDER] }
}

const branch = (schema: Schema): Schema => (schema['type'] === 'object' ? widened(schema) : schema)
