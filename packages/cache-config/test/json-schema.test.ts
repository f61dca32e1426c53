import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jsonSchema } from '../src/json-schema.js'

interface Schema {
  readonly properties: Readonly<Record<string, Schema>>
  readonly items: Schema
  readonly anyOf: readonly object[]
  readonly additionalProperties?: boolean
}

describe('configSchema.json', () => {
  const schema = JSON.parse(readFileSync(new URL('../configSchema.json', import.meta.url), 'utf8')) as Schema

  it('is up to date (else: pnpm --filter @holdfast/cache-config schema)', () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(jsonSchema())))
  })

  it('knows both cases, placeholders and durations, and nothing else', () => {
    const backend = schema.properties['cache']?.properties['backends']?.items as Schema
    expect(backend.properties['redis_port']).toEqual(backend.properties['redisPort'])
    expect(backend.properties['redis_port']?.anyOf).toEqual([
      { type: 'integer', minimum: 1, maximum: 65_535 },
      { type: 'string', pattern: '\\$\\{' },
    ])
    expect(backend.properties['default_ttl']?.anyOf).toHaveLength(3)
    expect(backend.additionalProperties).toBe(false)
  })
})
