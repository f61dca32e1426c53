import { badInput } from '@holdfast/cache-core'
import type { RedisLike } from './connection/redis-like.js'
import type { Address, ClientOptions, ServerOptions } from './options.js'

/** The options that say where the server is, and who we are to it. */
export const SERVER = ['url', 'host', 'port', 'username', 'password', 'db', 'tls', 'cluster', 'sentinel']

export const isCluster = (client: RedisLike): boolean => client.nodes !== undefined

const given = (options: object, names: readonly string[]): string[] =>
  names.filter((name) => (options as Record<string, unknown>)[name] !== undefined)

export function checkServer(options: ServerOptions): void {
  const { url, host, port, db, cluster, sentinel } = options
  if (url !== undefined) {
    const extra = given(options, ['host', 'port', 'username', 'password', 'db', 'cluster', 'sentinel'])
    if (extra.length > 0)
      throw badInput(`RedisBackend: both url and ${extra.join(', ')} are given`, 'Give the url or the single settings')
    if (
      typeof url !== 'string' ||
      !URL.canParse(url) ||
      !['redis:', 'rediss:'].includes(new URL(url).protocol) ||
      !/^\/?\d*$/.test(new URL(url).pathname)
    ) {
      throw badInput(
        'RedisBackend: url is not a redis:// or rediss:// URL',
        "Write url: 'redis://localhost:6379', or 'redis://localhost:6379/1' for another database",
      )
    }
  }
  if (host !== undefined && (typeof host !== 'string' || host === ''))
    throw badInput('RedisBackend: host is not a name', "Write host: 'localhost'")
  // A URL there would be looked up, and every error would tell the password in it.
  if (host !== undefined && /[/@\s]/.test(host))
    throw badInput('RedisBackend: host is more than a name', "Write host: 'localhost', or the whole URL as url")
  if (port !== undefined && !isPort(port))
    throw badInput(`RedisBackend: port is ${String(port)}`, 'Write a whole number from 1 to 65535')
  if (db !== undefined && !(Number.isInteger(db) && db >= 0))
    throw badInput(`RedisBackend: db is ${String(db)}`, 'Write a whole number of at least 0')
  for (const [setting, value] of Object.entries({ username: options.username, password: options.password })) {
    if (value !== undefined && typeof value !== 'string')
      throw badInput(`RedisBackend: ${setting} is not a text`, `Write ${setting}: '...'`)
  }
  const { tls } = options
  if (tls !== undefined && typeof tls !== 'boolean' && (tls === null || typeof tls !== 'object'))
    throw badInput('RedisBackend: tls is neither true nor an object', 'Write tls: true, or what tls.connect takes')
  if (cluster !== undefined) checkCluster(options)
  if (sentinel !== undefined) checkSentinel(options)
}

function checkCluster(options: ServerOptions): void {
  const extra = given(options, ['host', 'port', 'db'])
  if (extra.length > 0)
    throw badInput(
      `RedisBackend: both cluster and ${extra.join(', ')} are given`,
      'A cluster has its servers in cluster.nodes, and one database',
    )
  const { nodes, natMap, ...unknown } = { ...options.cluster } as Record<string, unknown>
  const [name] = Object.keys(unknown)
  if (name !== undefined)
    throw badInput(`RedisBackend: cluster has an unknown setting ${JSON.stringify(name)}`, 'Known are nodes, natMap')
  if (!Array.isArray(nodes) || nodes.length === 0 || nodes.some((node) => addressOf(node) === undefined)) {
    throw badInput(
      'RedisBackend: cluster.nodes is not a list of servers',
      "Write cluster: { nodes: ['10.0.0.1:6379', { host: '10.0.0.2', port: 6379 }] }",
    )
  }
  const mapped = natMap === undefined ? [] : Object.values(natMap as object)
  if (natMap !== undefined && (typeof natMap !== 'object' || mapped.some((to) => addressOf(to) === undefined))) {
    throw badInput(
      'RedisBackend: cluster.natMap does not say where servers are',
      "Write natMap: { '10.0.0.1:6379': { host: 'localhost', port: 7001 } }",
    )
  }
}

function checkSentinel(options: ServerOptions): void {
  const extra = given(options, ['host', 'port', 'cluster'])
  if (extra.length > 0)
    throw badInput(
      `RedisBackend: both sentinel and ${extra.join(', ')} are given`,
      'The sentinels say where the server is: give sentinel alone, with username, password, db and tls of the server',
    )
  const { nodes, name, username, password, ...unknown } = { ...options.sentinel } as Record<string, unknown>
  const [unknownName] = Object.keys(unknown)
  if (unknownName !== undefined) {
    throw badInput(
      `RedisBackend: sentinel has an unknown setting ${JSON.stringify(unknownName)}`,
      'Known are nodes, name, username, password',
    )
  }
  if (!Array.isArray(nodes) || nodes.length === 0 || nodes.some((node) => addressOf(node) === undefined)) {
    throw badInput(
      'RedisBackend: sentinel.nodes is not a list of sentinels',
      "Write sentinel: { nodes: ['10.0.0.1:26379', '10.0.0.2:26379'], name: 'mymaster' }",
    )
  }
  for (const [setting, value] of Object.entries({ name, username, password })) {
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw badInput(`RedisBackend: sentinel.${setting} is not a text`, `Write ${setting}: '...'`)
  }
}

const isPort = (port: unknown): port is number =>
  Number.isInteger(port) && (port as number) > 0 && (port as number) < 65_536

/** `'host:port'` (IPv6 in brackets or not), a URL, or both as an object. Nothing if it is none of these. */
export function addressOf(node: unknown): Address | undefined {
  if (typeof node === 'string') {
    const [, host = '', port] = /^(?:rediss?:\/\/)?\[?([^/@]*?)\]?:(\d+)\/?$/.exec(node) ?? []
    return host !== '' && isPort(Number(port)) ? { host, port: Number(port) } : undefined
  }
  const { host, port } = (node ?? {}) as Partial<Address>
  return typeof host === 'string' && host !== '' && isPort(port) ? { host, port } : undefined
}

export function checkClient(options: ClientOptions): void {
  const { client } = options
  const extra = given(options, SERVER)
  if (extra.length > 0)
    throw badInput(`RedisBackend: both client and ${extra.join(', ')} are given`, 'Give the client alone')
  if (
    client === null ||
    typeof client !== 'object' ||
    typeof client.callBuffer !== 'function' ||
    typeof client.duplicate !== 'function'
  ) {
    throw badInput(
      'RedisBackend: client is not an ioredis or iovalkey client',
      'Pass new Redis(...) or new Cluster(...), or give url or host instead',
    )
  }
  const settings = [client.options, client.options.redisOptions]
  if (settings.some((each) => each?.keyPrefix))
    throw badInput(
      'RedisBackend: client has a keyPrefix, which would not reach patterns and channels',
      'Remove it and give RedisBackend the prefix',
    )
  if (settings.some((each) => each?.enableAutoPipelining)) {
    throw badInput(
      'RedisBackend: client has enableAutoPipelining, which holds answers back until the slowest of a batch',
      'Pass a client without it',
    )
  }
  if (settings.some((each) => each?.stringNumbers)) {
    throw badInput('RedisBackend: client has stringNumbers, which turns counts into text', 'Pass a client without it')
  }
  const { scaleReads = 'master' } = client.options
  if (scaleReads !== 'master') {
    throw badInput(
      'RedisBackend: client reads from replicas, which lag behind: an invalidated value would be read again',
      "Pass a client with scaleReads: 'master'",
    )
  }
}
