// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { loadConfig } from '@holdfast/cache-config'
import { describe, expect, it } from 'vitest'
import { problemsOf } from './problems-of.js'

const load = (source: object, env: Record<string, string>) => loadConfig(source, { env })

describe('HOLDFAST_CACHE__ variables', () => {
  it('override single settings, in any case, also those that would not resolve', () => {
    const source = { backends: [{ name: 'a', type: 'redis', redisHost: '${MISSING}' }] }
    const config = load(source, {
      HOLDFAST_CACHE__BACKENDS__0__REDIS_HOST: 'h',
      holdfast_cache__service__protection_lock_ttl: '60',
    })
    expect(config.backends[0]?.redisHost).toBe('h')
    expect(config.service.protectionLockTtl).toBe(60)
  })

  it('can be the whole configuration', () => {
    const env = {
      HOLDFAST_CACHE__BACKENDS__0__TYPE: 'redis',
      HOLDFAST_CACHE__BACKENDS__0__REDIS_HOST: 'h',
      HOLDFAST_CACHE__BACKENDS__1__NAME: 'b',
      HOLDFAST_CACHE__BACKENDS__1__DEFAULT: 'true',
    }
    expect(load({}, env).backends).toEqual([
      { name: 'default', type: 'redis', default: false, redisHost: 'h', keyPrefix: 'default' },
      { name: 'b', type: 'memory', default: true },
    ])
  })

  it('drop the settings of a type that is no longer meant, and the host that a URL replaces', () => {
    const source = {
      backends: [
        { name: 'a', maxSize: 5, defaultTtl: 60 },
        { name: 'b', type: 'redis', redisHost: 'h', redisPort: 1, redisTls: true },
      ],
    }
    const env = { HOLDFAST_CACHE__BACKENDS__0__TYPE: 'redis', HOLDFAST_CACHE__BACKENDS__1__REDIS_URL: 'redis://other' }
    expect(load(source, env).backends).toEqual([
      { name: 'a', type: 'redis', default: true, defaultTtl: 60, keyPrefix: 'a' },
      { name: 'b', type: 'redis', default: false, redisTls: true, redisUrl: 'redis://other', keyPrefix: 'b' },
    ])
  })

  it('say where a wrong setting came from', () => {
    const env = {
      HOLDFAST_CACHE__BACKENDS__0__MAX_SIZ: '3',
      HOLDFAST_CACHE__BACKENDS__0__JITTER: 'much',
      HOLDFAST_CACHE__BACKENDS__4__NAME: 'x',
      HOLDFAST_CACHE__BACKENDS__HOT__NAME: 'x',
      HOLDFAST_CACHE__SERVICE: 'on',
      HOLDFAST_CACHE____X: '1',
    }
    expect(problemsOf({ backends: [{ name: 'a' }] }, { env }).sort()).toEqual([
      'HOLDFAST_CACHE__BACKENDS__4__NAME: there is no item 4; the next one is 1',
      'HOLDFAST_CACHE__BACKENDS__HOT__NAME: hot stands where the number of a list item belongs',
      'HOLDFAST_CACHE____X: an empty name between two underscores',
      'cache.backends[0].jitter: expected a number from 0 up to but not including 1, got "much" (from HOLDFAST_CACHE__BACKENDS__0__JITTER)',
      'cache.backends[0].max_siz: unknown key, did you mean max_size? (from HOLDFAST_CACHE__BACKENDS__0__MAX_SIZ)',
      'cache.service: expected a mapping, got a string (from HOLDFAST_CACHE__SERVICE)',
    ])
  })
})
