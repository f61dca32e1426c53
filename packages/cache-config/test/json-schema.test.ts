// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { checkConfig } from '@holdfast/cache-config'
import { Ajv } from 'ajv'
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

  it('can be had from the package under both of its names', () => {
    const { resolve } = createRequire(import.meta.url)
    expect(resolve('@holdfast/cache-config/schema.json')).toBe(resolve('@holdfast/cache-config/configSchema.json'))
  })

  const accepts = new Ajv({ strict: false }).compile(schema)
  const redis = (settings: object) => ({ cache: { backends: [{ name: 'r', type: 'redis', ...settings }] } })

  it.each([
    { cache: {} },
    { cache: { backends: [{ name: 'a', max_size: 5, defaultTtl: '1h', jitter: 0 }], service: { grace: 90 } } },
    redis({ redis_url: 'redis://h:1/2', near: true, key_prefix: 'p' }),
    redis({ redis_host: '10.0.0.1', redis_port: 1, redis_password: 'x', near: { max_size: 3, ttl: '5s' } }),
    redis({ redisCluster: ['10.0.0.1:6379', 'redis://h:1'], redisTls: { servername: 'h' } }),
    redis({ redis_sentinel: { nodes: ['[::1]:1'], name: 'm' }, redis_tls: true }),
    redis({ redis_host: '${H}', redis_port: '${P:1}', redis_tls: '${T:true}', default_ttl: '${D:1h}' }),
    redis({ redis_cluster: ['${NODE:h:1}'], near: '${NEAR:true}' }),
  ])('and the loader take %j', (document) => {
    expect(accepts(document), JSON.stringify(accepts.errors)).toBe(true)
    expect(checkConfig(document, { env: { H: 'h' } }).problems).toEqual([])
  })

  it.each([
    { cache: { backend: [] } },
    { cache: { backends: [{ name: '' }] } },
    { cache: { backends: [{ type: 'reids' }] } },
    { cache: { backends: [{ max_size: 0 }] } },
    { cache: { service: { jitter: 1 } } },
    { cache: { service: { default_ttl: 'soon' } } },
    redis({ redis_host: 'redis://h' }),
    redis({ redis_port: 'tcp' }),
    redis({ redis_cluster: ['h'] }),
    redis({ redis_password: 7 }),
  ])('and the loader refuse %j', (document) => {
    expect(accepts(document)).toBe(false)
    expect(checkConfig(document, { env: {} }).problems).toHaveLength(1)
  })
})
