// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { loadConfig } from '@holdfast/cache-config'
import { describe, expect, it } from 'vitest'
import { problemsOf } from './problems-of.js'

const redis = (settings: object) => ({ backends: [{ name: 'r', type: 'redis', ...settings }] })

describe('interpolation', () => {
  it('fills in variables and defaults, several in one string', () => {
    const { backends } = loadConfig(redis({ redis_host: '${A}.${B:example.com}', redis_password: '${PW:p:w}' }), {
      env: { A: 'cache' },
    })
    expect(backends[0]).toMatchObject({ redisHost: 'cache.example.com', redisPassword: 'p:w' })
  })

  it('turns text into the number, duration or boolean that is wanted', () => {
    const source = {
      ...redis({
        redis_port: '${REDIS_PORT:6379}',
        redis_tls: '${TLS:true}',
        default_ttl: '${TTL:90}',
        jitter: '${J:0.1}',
      }),
      service: { protection_max_wait: '${WAIT:2m}', enable_protection: '${ON}', grace: '${GRACE:Infinity}' },
    }
    const config = loadConfig(source, { env: { ON: '0' } })
    expect(config.backends[0]).toMatchObject({ redisPort: 6379, redisTls: true, defaultTtl: 90, jitter: 0.1 })
    expect(config.service).toEqual({
      protectionMaxWait: '2m',
      enableProtection: false,
      grace: Number.POSITIVE_INFINITY,
    })
  })

  it('leaves text that looks like a number alone where text is wanted', () => {
    expect(loadConfig(redis({ redis_password: '${PW}' }), { env: { PW: '0123' } }).backends[0]?.redisPassword).toBe(
      '0123',
    )
  })

  it('takes an empty user name, password or URL for none', () => {
    const { backends } = loadConfig(redis({ redis_password: '${PW:}', redis_username: '', redis_url: null }), {
      env: {},
    })
    expect(backends[0]).toEqual({ name: 'r', type: 'redis', default: true, keyPrefix: 'r' })
  })

  it('escapes with two dollar signs', () => {
    expect(loadConfig(redis({ redis_password: 'a$${b}$c' }), { env: {} }).backends[0]?.redisPassword).toBe('a${b}$c')
  })

  it('never looks into what a variable holds', () => {
    const env = { PW: '${HOME}', HOLDFAST_CACHE__BACKENDS__0__REDIS_HOST: 'x${Y}$${Z}' }
    expect(loadConfig(redis({ redis_password: '${PW}' }), { env }).backends[0]).toMatchObject({
      redisPassword: '${HOME}',
      redisHost: 'x${Y}$${Z}',
    })
  })

  it('names every variable that is missing, and its place', () => {
    expect(problemsOf(redis({ redis_host: '${HOST}', redis_port: '${PORT}' }))).toEqual([
      'cache.backends[0].redis_host: the environment variable HOST is not set; set it, or write ${HOST:default}',
      'cache.backends[0].redis_port: the environment variable PORT is not set; set it, or write ${PORT:default}',
    ])
  })

  it.each(['${', '${not-a-name}', '${open', '${A:${B}}'])('refuses the placeholder %s', (text) => {
    expect(problemsOf(redis({ redis_host: text }))).toEqual([
      expect.stringContaining('cache.backends[0].redis_host: a placeholder is not of the form'),
    ])
  })
})
