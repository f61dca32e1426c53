// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { checkConfig, loadConfig, redactConfig } from '@holdfast/cache-config'
import { describe, expect, it } from 'vitest'
import { fileWith } from './files.js'

const SECRET = 'hunter2'

/** All that is said of a wrong configuration, as one error and piece by piece. */
function saidOf(source: string | object, env: Record<string, string> = {}): string {
  const { problems } = checkConfig(source as never, { env })
  try {
    loadConfig(source as never, { env })
  } catch (error) {
    return `${(error as Error).stack}\n${JSON.stringify(problems)}`
  }
  throw new Error('the configuration is right')
}

const redis = (settings: object) => ({ backends: [{ name: 'r', type: 'redis', ...settings }] })

describe('a secret is never told', () => {
  it.each<[string, string | object | (() => string), Record<string, string>?]>([
    ['as a number', redis({ redis_password: [SECRET], redis_username: { x: SECRET } })],
    ['in a URL of another scheme', redis({ redis_url: `http://u:${SECRET}@h` })],
    ['in a URL that is none', redis({ redis_url: `redis://u:${SECRET}@h:port` })],
    ['in a URL beside other settings', redis({ redis_url: `redis://u:${SECRET}@h`, redis_db: 1 })],
    ['in a URL where a host belongs', redis({ redis_host: `redis://u:${SECRET}@h` })],
    ['before a host', redis({ redis_host: `u:${SECRET}@h` })],
    ['with a slash in it', redis({ redis_host: `redis://u:a/${SECRET}@h` })],
    ['before a server of a cluster', redis({ redis_cluster: [`redis://u:${SECRET}@h:1`] })],
    ['before a sentinel', redis({ redis_sentinel: { nodes: [`u:${SECRET}@h:1`], password: 7 } })],
    ['in TLS settings', redis({ redis_tls: { key: { pem: SECRET }, servername: '' } })],
    ['where another setting belongs', redis({ redis_port: `redis://:${SECRET}@h` })],
    ['behind a colon without a space', redis({ [`redis_password:${SECRET}`]: null })],
    ['as a line without a space', () => fileWith(`cache:\n  backends:\n    - redis_password:${SECRET}\n`)],
    ['in broken YAML', () => fileWith(`cache:\n  redis_password: "${SECRET}\n`)],
    ['in broken JSON', () => fileWith(`{ "cache": { "redis_password": "${SECRET}" `, 'a.json')],
    ['out of a variable', redis({ redis_port: '${REDIS_PASSWORD}', policy: 'x' }), { REDIS_PASSWORD: SECRET }],
    ['out of a variable, as a part', redis({ default_ttl: 'a${TOKEN}' }), { TOKEN: SECRET }],
    ['as a default of a placeholder', redis({ redis_password: `\${PW:${SECRET}}`, redis_port: 'x' })],
    ['in a broken placeholder', redis({ redis_password: `\${PW:${SECRET}` })],
    ['in an override', redis({}), { HOLDFAST_CACHE__BACKENDS__0__REDIS_URL: `http://u:${SECRET}@h` }],
    ['in what should have been a file name', `redis://u:${SECRET}@h`],
    ['in names that are the same', { backends: [1, 2].map(() => ({ name: `redis://u:${SECRET}@h` })) }],
  ])('%s', (_, source, env) => {
    const said = saidOf(typeof source === 'function' ? (source as () => string)() : source, env)
    expect(said).toMatch(/\d problems?\n- /)
    expect(said).not.toContain(SECRET)
  })

  it('but everything else is', () => {
    expect(saidOf(redis({ redis_port: 'tcp', redis_prot: 1 }))).toMatch(/got "tcp".*redis_prot: unknown key/s)
    expect(saidOf(redis({ redis_port: '${PORT}' }), { PORT: 'tcp://10.0.0.1:6379' })).toContain(
      'got a string out of the environment variable PORT',
    )
    expect(saidOf(redis({ redis_port: '${PORT:tcp}' }))).toContain('got "tcp"')
    expect(saidOf(redis({ [`redis_password:${SECRET}`]: null }))).toContain(
      'cache.backends[0].redis_password...: unknown key; is a space missing after the colon?',
    )
  })
})

describe('redactConfig', () => {
  it('keeps what says where, and hides who and with what', () => {
    const config = loadConfig(
      {
        backends: [
          { name: 'a', type: 'redis', redis_url: `redis://ada:${SECRET}@h:6380/1?password=${SECRET}` },
          {
            name: 'b',
            type: 'redis',
            redis_username: `ada-${SECRET}`,
            redis_password: SECRET,
            redis_sentinel: { nodes: ['s:1'], username: SECRET, password: SECRET },
            redis_tls: { key: SECRET, cert: SECRET, ca: SECRET, servername: 'h' },
          },
          { name: 'c', max_size: 5 },
        ],
        service: { grace: '1h' },
      },
      { env: {} },
    )
    const redacted = redactConfig(config)
    expect(JSON.stringify(redacted)).not.toContain(SECRET)
    expect(redacted).toEqual({
      backends: [
        { name: 'a', type: 'redis', default: true, keyPrefix: 'a', redisUrl: 'redis://***@h:6380/1?***' },
        {
          name: 'b',
          type: 'redis',
          default: false,
          keyPrefix: 'b',
          redisUsername: '***',
          redisPassword: '***',
          redisSentinel: { nodes: ['s:1'], username: '***', password: '***' },
          redisTls: { key: '***', cert: '***', ca: '***', servername: 'h' },
        },
        { name: 'c', type: 'memory', default: false, maxSize: 5 },
      ],
      service: { grace: '1h' },
    })
    expect(config.backends[1]?.redisPassword).toBe(SECRET)
  })
})
