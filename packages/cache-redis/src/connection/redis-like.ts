// biome-ignore lint/suspicious/noExplicitAny: as Node's EventEmitter has it
type Listener = (...args: any[]) => void

interface ClientSettings {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly keyPrefix?: string | undefined
  readonly enableAutoPipelining?: boolean | undefined
  readonly stringNumbers?: boolean | undefined
  readonly autoResendUnfulfilledCommands?: boolean | undefined
  readonly socketTimeout?: number | undefined
}

/**
 * What this package needs of a client. Structural on purpose: ioredis 5, ioredis 6 and iovalkey all have it, and none
 * of their types leaks into the declarations of this package.
 */
export interface RedisLike {
  readonly status: string
  /** The socket, once there is one. */
  readonly stream?: unknown
  readonly options: ClientSettings & {
    readonly scaleReads?: unknown
    readonly redisOptions?: ClientSettings | undefined
  }
  /** Of a Cluster client: its connections to single servers. */
  nodes?(role: 'master' | 'slave' | 'all'): RedisLike[]
  /** Of a Cluster client: who serves each slot, `host:port`, the master first. */
  readonly slots?: readonly (readonly string[] | undefined)[]
  callBuffer(command: string, ...args: (string | Buffer | number)[]): Promise<unknown>
  mgetBuffer(keys: (string | Buffer)[]): Promise<(Buffer | null)[]>
  unlink(keys: string[]): Promise<number>
  info(section: string): Promise<string>
  subscribe(channel: string): Promise<unknown>
  duplicate(override?: object): RedisLike
  on(event: string, listener: Listener): unknown
  off(event: string, listener: Listener): unknown
  getMaxListeners?(): number
  setMaxListeners?(count: number): unknown
  connect(): Promise<unknown>
  ping(): Promise<unknown>
  /** Of a connection to a server of a cluster. */
  asking?(): Promise<unknown>
  disconnect(reconnect?: boolean): void
}
