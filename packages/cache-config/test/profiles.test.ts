import { join } from 'node:path'
import { loadConfig } from '@holdfast/cache-config'
import { describe, expect, it } from 'vitest'
import { folderWith } from './files.js'
import { problemsOf } from './problems-of.js'

const BASE = `
cache:
  backends:
    - { name: fast, default: true, max_size: 100 }
    - { name: durable, type: redis, redis_host: localhost, redis_password: "\${PW}", default_ttl: 1h }
  service: { protection_lock_ttl: 30, jitter: 0.1 }
`
const PRODUCTION = `
cache:
  backends:
    - { name: durable, redisUrl: "redis://prod:6380" }
    - { name: extra }
  service: { protection_lock_ttl: 60, jitter: }
`
const TEST = 'cache: { backends: [{ name: durable, type: memory }] }'

const folder = () =>
  folderWith({ 'application.yaml': BASE, 'application.production.yaml': PRODUCTION, 'application.test.yaml': TEST })

describe('profiles', () => {
  it('are laid over the file: mappings merge, backends merge by name, new ones follow, empty takes back', () => {
    const config = loadConfig(join(folder(), 'application.yaml'), { env: {}, profile: 'production' })
    expect(config.backends).toEqual([
      { name: 'fast', type: 'memory', default: true, maxSize: 100 },
      {
        name: 'durable',
        type: 'redis',
        default: false,
        redisUrl: 'redis://prod:6380',
        defaultTtl: '1h',
        keyPrefix: 'durable',
      },
      { name: 'extra', type: 'memory', default: false },
    ])
    expect(config.service).toEqual({ protectionLockTtl: 60 })
  })

  it('come from HOLDFAST_PROFILE, and variables win over them', () => {
    const env = { HOLDFAST_PROFILE: 'test', HOLDFAST_CACHE__BACKENDS__1__MAX_SIZE: '9' }
    expect(loadConfig(join(folder(), 'application.yaml'), { env }).backends[1]).toEqual({
      name: 'durable',
      type: 'memory',
      default: false,
      defaultTtl: '1h',
      maxSize: 9,
    })
  })

  it('change nothing when they have no file', () => {
    const path = join(folder(), 'application.yaml')
    const env = { PW: 'x' }
    expect(loadConfig(path, { env, profile: 'staging' })).toEqual(loadConfig(path, { env }))
  })

  it('are names', () => {
    expect(problemsOf(join(folder(), 'application.yaml'), { env: {}, profile: '../secret' })).toEqual([
      'the profile "../secret" is not a name; it becomes a part of a file name',
    ])
  })
})
