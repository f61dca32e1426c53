// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../../../test/redis-server/index.js'
import { holdfast } from './holdfast.js'

const SECRET = 'hunter2'
const input = `
cache:
  backends:
    - { name: fast }
    - { name: durable, type: redis, redis_url: "\${REDIS_URL}" }
`
let server: RedisServer

beforeAll(async () => {
  server = await startRedis({ password: SECRET })
})
afterAll(() => server.stop())

describe('holdfast config check --connect', () => {
  it('asks every backend for its health and ends, with 0 when all are up', async () => {
    const env = { REDIS_URL: server.url }
    const { code, out, err } = await holdfast(['config', 'check', '-', '--connect', '--json'], { input, env })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      health: {
        status: 'up',
        caches: { fast: { status: 'up' }, durable: { backend: { status: 'up', detail: { mode: 'standalone' } } } },
      },
    })
    expect(out).not.toContain(SECRET)
  })

  it('ends with 1 when one is not, and says why without the password', async () => {
    const { host, port } = server
    const env = { REDIS_URL: `redis://ada:wrong-${SECRET}@${host}:${port}` }
    const { code, out, err } = await holdfast(['config', 'check', '-', '--connect'], { input, env })
    expect({ code, err }).toEqual({ code: 1, err: '' })
    expect(out).toMatch(/^durable {2}down\n {2}code +E_AUTH\n {2}message +Redis: health failed: WRONGPASS/m)
    expect(out).toMatch(/fine, 2 caches, not all up\n$/)
    expect(out).not.toContain(SECRET)
  })

  it('does not connect to what is wrong, nor when it was not asked to', async () => {
    const env = { REDIS_URL: server.url }
    const wrong = await holdfast(['config', 'check', '-', '--connect', '--json'], {
      input: `${input}  servce: {}\n`,
      env,
    })
    expect(JSON.parse(wrong.out)).toMatchObject({ ok: false, health: null })
    const away = await holdfast(['config', 'check', '-', '--json'], {
      input,
      env: { REDIS_URL: 'redis://127.0.0.1:1' },
    })
    expect(JSON.parse(away.out)).toMatchObject({ ok: true, health: null })
  })
})
