import { loadConfig } from '@holdfast/cache-config'
import { describe, expect, it } from 'vitest'
import { fileWith, folderWith } from './files.js'
import { problemsOf } from './problems-of.js'

describe('a wrong configuration', () => {
  it('is one E_CONFIG that lists every problem with its place', () => {
    const path = fileWith(`
cache:
  backends:
    - { name: a, default: true, max_size: many }
    - { name: a, default: true, type: redis, redis_prot: 6379 }
    - { name: c, type: reids }
    - { name: d, type: redis, redis_port: 99999, default_ttl: 0, host: h }
    - just text
  servcie: {}
`)
    expect(() => loadConfig(path, { env: {} })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(`${path}: 10 problems\n- `) }),
    )
    expect(problemsOf(path).sort()).toEqual([
      'cache.backends[0].max_size: expected a whole number of at least 1, got "many"',
      'cache.backends[1].default: backends[0] is the default already; only one can be',
      'cache.backends[1].name: "a" is the name of backends[0] already',
      'cache.backends[1].redis_prot: unknown key, did you mean redis_port?',
      'cache.backends[2].type: expected memory or redis, got "reids", did you mean redis?',
      "cache.backends[3].default_ttl: expected a positive number of seconds, or a string such as '250ms', '30s', '5m', '2h', '1d', '1w', got 0",
      'cache.backends[3].host: unknown key, did you mean redis_host?',
      'cache.backends[3].redis_port: expected a port from 1 to 65535, got 99999',
      'cache.backends[4]: expected a mapping, got a string',
      'cache.servcie: unknown key, did you mean service?',
    ])
  })

  it('is described in the case in which it is written', () => {
    expect(problemsOf({ backends: [{ name: 'a', type: 'redis', redisHst: 'h', redisPort: 'x', zzz: 1 }] })).toEqual([
      'cache.backends[0].redisPort: expected a port from 1 to 65535, got "x"',
      'cache.backends[0].redisHst: unknown key, did you mean redisHost?',
      expect.stringContaining(
        'cache.backends[0].zzz: unknown key; known are name, type, default, keyPrefix, defaultTtl',
      ),
    ])
  })

  it('is one with the same key in both cases', () => {
    expect(problemsOf({ backends: [{ max_size: 1, maxSize: 2 }] })).toEqual([
      'cache.backends[0].max_size: given twice, as max_size and as maxSize',
    ])
  })

  it.each([
    ['max_size', 0, 'a whole number'],
    ['max_size', 1.5, 'a whole number'],
    ['policy', 'fifo', 'tinylfu or lru'],
    ['isolation', 'copy', 'reference or clone or freeze'],
    ['default', 'maybe', 'true or false'],
    ['name', '', 'a string of 1 to 64 characters'],
    ['key_prefix', 7, 'a string of 1 to 64 characters'],
    ['jitter', 1, 'less'],
    ['grace', 'soon', 'a positive number of seconds'],
    ['service', [], 'a mapping'],
    ['default_ttl', Number.NaN, 'a positive number of seconds'],
  ])('has %s: %j', (key, value, expected) => {
    const [problem, ...more] = problemsOf({ backends: [{ [key]: value }] })
    expect(more).toEqual([])
    expect(problem).toContain(
      `cache.backends[0].${key}: expected ${expected === 'less' ? 'a number from 0' : expected}`,
    )
  })

  it('has a lease that never lapses', () => {
    expect(problemsOf({ service: { protection_lock_ttl: Number.POSITIVE_INFINITY } })).toEqual([
      expect.stringContaining('not Infinity, got Infinity'),
    ])
  })

  it('has settings of the other type', () => {
    expect(
      problemsOf({
        backends: [
          { name: 'a', redis_host: 'h' },
          { name: 'b', type: 'redis', max_size: 3 },
        ],
      }),
    ).toEqual([
      'cache.backends[0].redis_host: is for backends of type redis; this one is of type memory because none is given',
      'cache.backends[1].max_size: is for backends of type memory; this one is of type redis',
    ])
  })

  it('has both a URL and its parts', () => {
    expect(problemsOf({ backends: [{ type: 'redis', redis_url: 'redis://h', redis_db: 1 }] })).toEqual([
      'cache.backends[0].redis_db: redis_url is given as well; write it into the URL, or give the single settings alone',
    ])
  })

  it('has two names for one Redis store, however the server is written', () => {
    const hosts = { type: 'redis', redis_host: 'H', key_prefix: 'p' }
    const url = { type: 'redis', redis_url: 'redis://u:pw@h:6379/0', key_prefix: 'p' }
    expect(
      problemsOf({
        backends: [
          { name: 'a', ...hosts },
          { name: 'b', ...url },
          { name: 'c', ...hosts, redis_db: 1 },
        ],
      }),
    ).toEqual([
      'cache.backends[1].key_prefix: same Redis and same prefix as backends[0]; named backends must be really separate, give each its own key_prefix',
    ])
  })

  it('has TLS settings that do not fit', () => {
    expect(
      problemsOf({
        backends: [
          { type: 'redis', redis_tls: { servernme: 'x', ca: 1 } },
          { name: 'b', type: 'redis', redis_tls: 1 },
        ],
      }),
    ).toEqual([
      'cache.backends[0].redis_tls.ca: expected PEM text, got a number',
      'cache.backends[0].redis_tls.servernme: unknown key, did you mean servername?',
      'cache.backends[1].redis_tls: expected true, false or a mapping of TLS settings, got a number',
    ])
  })

  it('refers to itself', () => {
    const loop: Record<string, unknown> = {}
    loop['backends'] = [loop]
    expect(problemsOf(loop).join()).toContain('nested too deeply')
  })

  it('never shows a secret', () => {
    const path = fileWith(
      'cache:\n  backends:\n    - redis_password:hunter2\n    - { type: redis, redis_password: 48152342, redis_url: "http://u:hunter2@h", redis_port: "redis://u:hunter2@h" }\n',
    )
    const text = problemsOf(path).join('\n')
    expect(text).toContain('redis_password: expected a non-empty string, got a number; put it in quotes')
    expect(text).not.toMatch(/hunter2|48152342/)
  })

  it('is neither a path nor an object', () => {
    for (const source of [4, null, undefined, [], new Map()])
      expect(problemsOf(source as never)).toEqual([expect.stringContaining('expected a path or an object')])
  })
})

describe('a file that cannot be read', () => {
  it('is missing', () => {
    const path = `${folderWith({})}/none.yaml`
    expect(problemsOf(path)).toEqual([`${path}: no such file`])
    expect(problemsOf(folderWith({}))).toEqual([expect.stringContaining('cannot be read (EISDIR)')])
  })

  it('is not YAML: every mistake of the file and of its overlay, with its line and without its text', () => {
    const folder = folderWith({
      'a.yaml': 'cache:\n  x: "hunter2\n  y: {\n',
      'a.dev.yaml': 'cache:\n\tservice: hunter2\n',
    })
    const text = problemsOf(`${folder}/a.yaml`, { env: {}, profile: 'dev' }).join('\n')
    expect(text).toMatch(/a\.yaml, line \d, column \d+: not valid YAML \(missing char\)/)
    expect(text).toMatch(/a\.dev\.yaml, line 2, column \d: not valid YAML \(tab as indent\)/)
    expect(text).not.toContain('hunter2')
  })

  it('is not JSON', () => {
    expect(problemsOf(fileWith('{\n "cache": {\n  oops\n', 'a.json'))).toEqual([
      expect.stringMatching(/a\.json, line 3: not valid JSON/),
    ])
    expect(problemsOf(fileWith('{\n "cache":', 'a.json'))).toEqual([
      expect.stringMatching(/a\.json, line 2: not valid JSON/),
    ])
  })

  it('has no cache key', () => {
    expect(problemsOf(fileWith('cahce: {}'))).toEqual([
      expect.stringMatching(/there is no key cache; is cahce meant to be it\?$/),
    ])
    expect(problemsOf(fileWith(''))).toEqual([expect.stringMatching(/there is no key cache$/)])
    expect(problemsOf(fileWith('- a'))).toEqual([expect.stringMatching(/expected a mapping with the key cache$/)])
  })

  it('has aliases without end or without anchor', () => {
    expect(problemsOf(fileWith('cache: *nowhere'))).toEqual([expect.stringContaining('not valid YAML')])
  })
})
