import { BackendType, loadConfig } from '@holdfast/cache-config'
import { describe, expect, it } from 'vitest'
import { fileWith } from './files.js'

describe('the documents of the guide', () => {
  it('reads one Redis whose password comes from the environment', () => {
    const path = fileWith(`
cache:
  backends:
    - name: "redis-primary"
      type: redis
      default: true
      redis_host: "localhost"
      redis_port: 6379
      redis_password: "\${REDIS_PASSWORD}"
      key_prefix: "myapp"
      default_ttl: 3600
`)
    expect(loadConfig(path, { env: { REDIS_PASSWORD: 'hunter2' } })).toEqual({
      backends: [
        {
          name: 'redis-primary',
          type: 'redis',
          default: true,
          redisHost: 'localhost',
          redisPort: 6379,
          redisPassword: 'hunter2',
          keyPrefix: 'myapp',
          defaultTtl: 3600,
        },
      ],
      service: {},
    })
  })

  it('reads how stampede protection is tuned', () => {
    const path = fileWith(`
cache:
  service:
    enable_protection: true
    protection_lock_ttl: 60 # Longer TTL for expensive computations
    protection_max_wait: 30.0 # Wait up to 30 seconds
`)
    expect(loadConfig(path, { env: {} })).toEqual({
      backends: [{ name: 'default', type: 'memory', default: true }],
      service: { enableProtection: true, protectionLockTtl: 60, protectionMaxWait: 30 },
    })
  })

  it('reads several backends with namespaces of their own', () => {
    const path = fileWith(`
cache:
  backends:
    - name: "fast"
      type: memory
      default: true
      default_ttl: 60
    - name: "durable"
      type: redis
      key_prefix: "persistent"
      default_ttl: 86400 # 1 day
`)
    expect(loadConfig(path, { env: {} }).backends).toEqual([
      { name: 'fast', type: 'memory', default: true, defaultTtl: 60 },
      { name: 'durable', type: 'redis', default: false, keyPrefix: 'persistent', defaultTtl: 86_400 },
    ])
  })

  it('takes the builder as a plain object', () => {
    const config = loadConfig(
      {
        backends: [
          { name: 'hot', type: BackendType.MEMORY, default: true, maxSize: 5000 },
          { name: 'cold', type: BackendType.REDIS, redisHost: 'redis.example.com', redisPort: 6379 },
        ],
      },
      { env: {} },
    )
    expect(config.backends).toEqual([
      { name: 'hot', type: 'memory', default: true, maxSize: 5000 },
      {
        name: 'cold',
        type: 'redis',
        default: false,
        redisHost: 'redis.example.com',
        redisPort: 6379,
        keyPrefix: 'cold',
      },
    ])
  })
})
