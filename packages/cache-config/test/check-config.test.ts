// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { join } from 'node:path'
import { checkConfig } from '@holdfast/cache-config'
import { describe, expect, it } from 'vitest'
import { fileWith, folderWith } from './files.js'

/** Each problem as `path @ file:line:column`. */
function placesIn(folder: string, options: Parameters<typeof checkConfig>[1] = {}): string[] {
  const { problems } = checkConfig(join(folder, 'a.yaml'), { env: {}, ...options })
  return problems.map(({ path, file, line, column }) => {
    const name = file?.slice(folder.length + 1)
    return `${path} @ ${[name, line, column].filter((part) => part !== undefined).join(':')}`
  })
}

describe('checkConfig', () => {
  it('returns the configuration when nothing is wrong, and which files it is made of', () => {
    const folder = folderWith({
      'a.yaml': 'cache: { backends: [{ name: x }] }',
      'a.dev.yaml': 'cache: { backends: [{ name: x, max_size: 3 }] }',
    })
    const path = join(folder, 'a.yaml')
    expect(checkConfig(path, { env: {} })).toMatchObject({ problems: [], files: [path], profile: undefined })
    expect(checkConfig(path, { env: { HOLDFAST_PROFILE: 'dev' } })).toEqual({
      config: { backends: [{ name: 'x', type: 'memory', default: true, maxSize: 3 }], service: {} },
      problems: [],
      files: [path, join(folder, 'a.dev.yaml')],
      profile: 'dev',
    })
    expect(checkConfig(path, { env: {}, profile: 'none' })).toMatchObject({ files: [path], profile: 'none' })
  })

  it('tells a problem in parts', () => {
    const path = fileWith('cache:\n  backends:\n    - name: a\n      max_siz: 3\n      jitter: much\n')
    expect(checkConfig(path, { env: {} })).toEqual({
      config: undefined,
      files: [path],
      profile: undefined,
      problems: [
        {
          path: 'cache.backends[0].jitter',
          message: 'expected a number from 0 up to but not including 1, got "much"',
          hint: undefined,
          file: path,
          line: 5,
          column: 7,
          variable: undefined,
        },
        {
          path: 'cache.backends[0].max_siz',
          message: 'unknown key',
          hint: 'did you mean max_size?',
          file: path,
          line: 4,
          column: 7,
          variable: undefined,
        },
      ],
    })
  })

  it('knows where things stand: in camel case, in flow style, behind anchors and merge keys, and what is missing', () => {
    const folder = folderWith({
      'a.yaml': `
common: &common
  maxSize: many
cache:
  service:
    protectionLockTtl: soon
  backends:
    - { name: a, defaultTtl: 0, maxSzie: 1 }
    - <<: *common
      name: b
    -
    - { name: d, type: redis, redisHost: "\${HOST}" }
`,
    })
    expect(placesIn(folder).sort()).toEqual([
      'cache.backends[0].defaultTtl @ a.yaml:8:18',
      'cache.backends[0].maxSzie @ a.yaml:8:33',
      'cache.backends[1].maxSize @ a.yaml:3:3',
      'cache.backends[2] @ a.yaml:11:6',
      'cache.backends[3].redisHost @ a.yaml:12:31',
      'cache.service.protectionLockTtl @ a.yaml:6:5',
    ])
  })

  it('knows which of two files said it, wherever the backend ended up', () => {
    const folder = folderWith({
      'a.yaml': 'cache:\n  backends:\n    - name: a\n      jitter: 7\n    - name: b\n      jitter: 8\n',
      'a.dev.yaml': 'cache:\n  backends:\n    - name: new\n      grace: never\n    - name: b\n      max_size: 0\n',
    })
    expect(placesIn(folder, { profile: 'dev' }).sort()).toEqual([
      'cache.backends[0].jitter @ a.yaml:4:7',
      'cache.backends[1].jitter @ a.yaml:6:7',
      'cache.backends[1].max_size @ a.dev.yaml:6:7',
      'cache.backends[2].grace @ a.dev.yaml:4:7',
    ])
  })

  it('knows places in JSON, also where it is broken', () => {
    const path = fileWith('{\n\t"cache": {\n\t\t"service": { "jitter": 2 }\n\t}\n}\n', 'a.json')
    expect(checkConfig(path, { env: {} }).problems).toMatchObject([
      { path: 'cache.service.jitter', file: path, line: 3, column: 16 },
    ])
    const broken = fileWith('{\n "cache": {\n  oops\n', 'b.json')
    expect(checkConfig(broken, { env: {} }).problems).toMatchObject([
      { path: undefined, message: 'not valid JSON', line: 3 },
    ])
  })

  it('names the variable instead of a place when that is where a setting came from', () => {
    const path = fileWith('cache: { service: { jitter: 0.5 } }')
    const env = { HOLDFAST_CACHE__SERVICE__JITTER: 'much', HOLDFAST_CACHE__BACKENDS__7__NAME: 'x' }
    expect(checkConfig(path, { env }).problems).toMatchObject([
      { path: undefined, message: 'there is no item 7', hint: 'the next one is 0', file: undefined, ...of(env, 1) },
      { path: 'cache.service.jitter', file: undefined, line: undefined, ...of(env, 0) },
    ])
  })

  it('takes the text of a file that was read already', () => {
    const { problems, files } = checkConfig('standard input', {
      env: { HOLDFAST_PROFILE: 'dev' },
      text: 'cache:\n  servce: {}\n',
    })
    expect(files).toEqual(['standard input'])
    expect(problems).toMatchObject([{ path: 'cache.servce', file: 'standard input', line: 2, column: 3 }])
  })

  it('finds what the backends themselves would refuse', () => {
    const redis = (settings: object) => ({ name: 'r', type: 'redis', ...settings })
    const found = (settings: object) =>
      checkConfig({ backends: [redis(settings)] }, { env: {} }).problems.map(({ path }) => path?.split('.').at(-1))
    expect(found({ redis_cluster: ['h:1'], redis_host: 'h', redis_port: 2, redis_db: 1 })).toEqual([
      'redis_host',
      'redis_port',
      'redis_db',
    ])
    expect(found({ redis_cluster: ['h:1'], redis_sentinel: { nodes: ['h:2'] } })).toEqual(['redis_sentinel'])
    expect(found({ redis_sentinel: { nodes: ['h:1'] }, redis_port: 2, redis_db: 1 })).toEqual(['redis_port'])
    expect(found({ redis_url: 'redis://h/first' })).toEqual(['redis_url'])
    expect(found({ redis_host: 'redis://h' })).toEqual(['redis_host'])
    expect(found({ redis_cluster: ['redis://u@h:1'] })).toEqual(['redis_cluster[0]'])
    expect(found({ redis_cluster: ['redis://h:1', '[::1]:2'] })).toEqual([])
  })

  it('tells of an unknown key also when it has no value', () => {
    const { problems } = checkConfig({ backends: [{ name: 'a', max_siz: null, max_size: null }] }, { env: {} })
    expect(problems.map(({ path }) => path)).toEqual(['cache.backends[0].max_siz'])
  })
})

const of = (env: object, index: number) => ({ variable: Object.keys(env)[index] })
