export interface RedisOptions {
  password?: string
  /** Further arguments of redis-server. */
  args?: readonly string[]
  /** A server of one's own, to freeze, kill or flush. A password or arguments imply it. */
  own?: boolean
}

export interface RedisServer {
  readonly host: string
  readonly port: number
  readonly url: string
  readonly password?: string
  readonly how: 'url' | 'container' | 'process'
  /** Connections stay open and nothing answers. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** As a crash: no goodbye to anyone. */
  kill(): Promise<void>
  /** Comes back empty, at the same address. Kills first when still alive. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** This way to a Redis is closed here; the next one may be open. */
export class Unavailable extends Error {}

/** Nothing is ever written to disk: a restarted server is an empty one. */
export const serverArguments = ({ password, args = [] }: RedisOptions): string[] => [
  ...['--save', '', '--appendonly', 'no', '--protected-mode', 'no'],
  ...(password === undefined ? [] : ['--requirepass', password]),
  ...args,
]

export const addressOf = (host: string, port: number, password?: string) => ({
  host,
  port,
  url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}${host}:${port}`,
  ...(password === undefined ? {} : { password }),
})
