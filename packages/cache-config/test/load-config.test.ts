// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { pathToFileURL } from 'node:url'
import { loadConfig } from '@holdfast/cache-config'
import { describe, expect, it } from 'vitest'
import { fileWith } from './files.js'

const quiet = { env: {} }

describe('loadConfig', () => {
  it('has one memory backend named default when none is written', () => {
    const expected = { backends: [{ name: 'default', type: 'memory', default: true }], service: {} }
    for (const source of [{}, { cache: {} }, { cache: null }, { backends: [] }, fileWith('cache:\n')]) {
      expect(loadConfig(source, quiet)).toEqual(expected)
    }
  })

  it('makes the first of several backends the default when none is marked', () => {
    const { backends } = loadConfig({ backends: [{ name: 'a' }, { name: 'b' }] }, quiet)
    expect(backends.map((backend) => backend.default)).toEqual([true, false])
  })

  it('reads snake case and camel case, the document or its cache key, YAML or JSON, a path or a file URL, alike', () => {
    const snake = { backends: [{ name: 'a', max_size: 5, service: { protection_max_wait: '10s' } }] }
    const camel = { backends: [{ name: 'a', maxSize: 5, service: { protectionMaxWait: '10s' } }] }
    const json = fileWith(JSON.stringify({ cache: camel, other: { anything: '${NOT_OURS}' } }), 'holdfast.json')
    const expected = loadConfig(snake, quiet)
    expect(expected.backends).toEqual([
      { name: 'a', type: 'memory', default: true, maxSize: 5, service: { protectionMaxWait: '10s' } },
    ])
    for (const source of [camel, { cache: snake }, json, pathToFileURL(json)])
      expect(loadConfig(source, quiet)).toEqual(expected)
  })

  it('reads YAML anchors and merge keys', () => {
    const path = fileWith(
      'common: &c { max_size: 7 }\ncache:\n  backends:\n    - { <<: *c, name: a }\n    - { <<: *c, name: b }\n',
    )
    expect(loadConfig(path, quiet).backends.map((backend) => backend.maxSize)).toEqual([7, 7])
  })

  it('returns what cannot be changed, and returns it again as it is', () => {
    const config = loadConfig({ backends: [{ name: 'a', service: { jitter: 0 } }] }, quiet)
    expect(Object.isFrozen(config.backends[0]?.service)).toBe(true)
    expect(loadConfig(config, { env: { HOLDFAST_CACHE__SERVICE__JITTER: '0.5' } })).toBe(config)
    expect(loadConfig({ ...config }, quiet)).toEqual(config)
  })

  it('leaves the object that it was given alone', () => {
    const source = Object.freeze({ backends: Object.freeze([Object.freeze({ name: 'a', redisPort: undefined })]) })
    expect(loadConfig(source, { env: { HOLDFAST_CACHE__BACKENDS__0__MAX_SIZE: '3' } }).backends[0]?.maxSize).toBe(3)
    expect(source).toEqual({ backends: [{ name: 'a', redisPort: undefined }] })
  })

  it('gives a Redis backend without key_prefix its own name', () => {
    const { backends } = loadConfig(
      {
        backends: [
          { name: 'a', type: 'redis' },
          { name: 'b', type: 'redis' },
        ],
      },
      quiet,
    )
    expect(backends.map((backend) => backend.keyPrefix)).toEqual(['a', 'b'])
  })
})
