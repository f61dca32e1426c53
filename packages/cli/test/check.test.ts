// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { folderWith, holdfast } from './holdfast.js'

vi.setConfig({ testTimeout: 30_000 })

const SECRET = 'hunter2'

const RIGHT = `
cache:
  backends:
    - { name: fast, default: true, max_size: 5000, default_ttl: 60 }
    - { name: durable, type: redis, redis_url: "\${REDIS_URL}", near: true }
  service: { protection_lock_ttl: 60, grace: Infinity }
`
const WRONG = `
cache:
  backends:
    - name: fast
      max_siz: 5000
    - name: fast
      type: redis
      redis_host: "\${REDIS_HOST}"
  service: { jitter: 7 }
`

describe('holdfast config check', () => {
  it('shows the caches of a file that is right, without its secrets, and ends with 0', async () => {
    const cwd = folderWith({ 'application.yaml': RIGHT })
    const env = { REDIS_URL: `redis://ada:${SECRET}@h:6380/1` }
    const { code, out, err } = await holdfast(['config', 'check', 'application.yaml'], { cwd, env })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toBe(`fast  memory, the default
  default_ttl  60
  max_size     5000
durable  redis
  near        true
  redis_url   redis://***@h:6380/1
  key_prefix  durable
for all of them
  protection_lock_ttl  60
  grace                Infinity
application.yaml: fine, 2 caches
`)
  })

  it('tells all that is wrong, with place and hint, in the order of the file, and ends with 1', async () => {
    const cwd = folderWith({ 'application.yaml': WRONG })
    const { code, out, err } = await holdfast(['config', 'check', 'application.yaml'], { cwd })
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toBe(`application.yaml:5:7: cache.backends[0].max_siz: unknown key
  did you mean max_size?
application.yaml:6:7: cache.backends[1].name: "fast" is the name of backends[0] already
application.yaml:8:7: cache.backends[1].redis_host: the environment variable REDIS_HOST is not set
  set it, or write \${REDIS_HOST:default}
application.yaml:9:14: cache.service.jitter: expected a number from 0 up to but not including 1, got 7
4 problems in application.yaml
`)
  })

  it('takes a path from anywhere, and a file that is not there for a problem', async () => {
    const folder = folderWith({ 'a.json': '{ "cache": {} }' })
    expect(await holdfast(['config', 'check', join(folder, 'a.json')])).toMatchObject({ code: 0 })
    const missing = await holdfast(['config', 'check', 'none.yaml'], { cwd: folder })
    expect(missing).toMatchObject({ code: 1, out: 'none.yaml: no such file\n1 problem in none.yaml\n' })
  })

  it('reads standard input', async () => {
    const right = await holdfast(['config', 'check', '-'], { input: 'cache:\n' })
    expect(right).toMatchObject({ code: 0, out: 'default  memory, the default\nstandard input: fine, 1 cache\n' })
    const wrong = await holdfast(['config', 'check', '-'], { input: 'cache:\n  servce: {}\n' })
    expect(wrong).toMatchObject({ code: 1 })
    expect(wrong.out).toMatch(/^standard input:2:3: cache\.servce: unknown key\n {2}did you mean service\?\n/)
  })

  it('lays the profile over the file, and says when that has no file', async () => {
    const cwd = folderWith({
      'a.yaml': 'cache: { backends: [{ name: x, max_size: 1 }] }',
      'a.prod.yaml': 'cache:\n  backends:\n    - { name: x, max_size: none }\n',
    })
    const found = await holdfast(['config', 'check', 'a.yaml', '-p', 'prod'], { cwd })
    expect(found).toMatchObject({ code: 1 })
    expect(found.out).toContain('a.prod.yaml:3:18: cache.backends[0].max_size: expected a whole number')
    const none = await holdfast(['config', 'check', 'a.yaml'], { cwd, env: { HOLDFAST_PROFILE: 'prdo' } })
    expect(none).toMatchObject({ code: 0 })
    expect(none.out).toContain('note: the profile prdo has no file beside a.yaml, so it changes nothing\n')
  })

  it('hears overrides, and names the variable that is wrong', async () => {
    const env = { HOLDFAST_CACHE__SERVICE__JITTER: 'much' }
    const { code, out } = await holdfast(['config', 'check', '-'], { input: 'cache:\n', env })
    expect(code).toBe(1)
    expect(out).toMatch(/^HOLDFAST_CACHE__SERVICE__JITTER: cache\.service\.jitter: expected .* got "much"\n/)
  })

  it('prints what cannot be obeyed by a terminal', async () => {
    const { out } = await holdfast(['config', 'check', '-'], { input: 'cache: { backends: [{ name: "a\\e[31m" }] }' })
    expect(out).toContain('a\\x1b[31m  memory')
    expect(out).not.toContain('\u001b')
  })
})

describe('holdfast config check --json', () => {
  it('has a stable shape when all is right', async () => {
    const cwd = folderWith({ 'application.yaml': RIGHT })
    const env = { REDIS_URL: `redis://ada:${SECRET}@h` }
    const { code, out, err } = await holdfast(['config', 'check', '--json', 'application.yaml'], { cwd, env })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toStrictEqual({
      ok: true,
      files: ['application.yaml'],
      profile: null,
      problems: [],
      notes: [],
      caches: [
        { name: 'fast', type: 'memory', default: true, settings: { default_ttl: 60, max_size: 5000 } },
        {
          name: 'durable',
          type: 'redis',
          default: false,
          settings: { near: true, redis_url: 'redis://***@h', key_prefix: 'durable' },
        },
      ],
      service: { protection_lock_ttl: 60, grace: 'Infinity' },
      health: null,
    })
  })

  it('and when something is not', async () => {
    const { code, out } = await holdfast(['config', 'check', '--json', '-'], { input: 'cache:\n  servce: 1\n' })
    expect(code).toBe(1)
    expect(JSON.parse(out)).toStrictEqual({
      ok: false,
      files: ['standard input'],
      profile: null,
      problems: [
        {
          path: 'cache.servce',
          message: 'unknown key',
          hint: 'did you mean service?',
          file: 'standard input',
          line: 2,
          column: 3,
          variable: null,
        },
      ],
      notes: [],
      caches: [],
      service: {},
      health: null,
    })
  })
})

describe('a secret', () => {
  const cases: readonly [string, string, string][] = [
    ['a number', `{ type: redis, redis_password: [${SECRET}] }`, 'expected a non-empty string'],
    ['a URL that is none', `{ type: redis, redis_url: "redis://u:${SECRET}@h:port" }`, 'expected a URL'],
    ['a line that lost a space', `{ type: redis, redis_password:${SECRET} }`, 'is a space missing'],
    ['a variable in the wrong place', '{ max_size: "${PW}" }', 'environment variable PW'],
  ]

  it.each(cases)('is not printed: %s', async (_, backend, said) => {
    const input = `cache: { backends: [${backend}] }`
    const { out, err } = await holdfast(['config', 'check', '-'], { input, env: { PW: SECRET } })
    expect(out).toContain(said)
    expect(out + err).not.toContain(SECRET)
  })

  it('is not printed when it was meant to be a file, or a command', async () => {
    const url = `redis://u:${SECRET}@h`
    for (const args of [['config', 'check', url, '--json'], ['config', 'check', url], ['config', url], [url]]) {
      const { out, err } = await holdfast(args)
      expect(out + err).toContain('redis://***@h')
      expect(out + err).not.toContain(SECRET)
    }
  })
})
