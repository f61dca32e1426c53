import type { Duration } from '@holdfast/cache-core'
import type { BackendType } from './backend-type.js'

/** How the caches behave. On `cache.service` for all of them, on a backend's own `service` for that one. */
export interface ServiceSettings {
  /** One loader per key among everyone who shares the store. @default true */
  readonly enableProtection?: boolean | undefined
  /** A loader's lease lapses this long after its process died. Finite. @default 30 seconds */
  readonly protectionLockTtl?: Duration | undefined
  /** How long a caller waits for another process's loader. @default 10 seconds */
  readonly protectionMaxWait?: Duration | undefined
  /** What a caller does after that. @default 'load' */
  readonly protectionOnMaxWait?: 'load' | 'stale' | 'error' | undefined
  /** How long a value is fresh when the call does not say. @default 5 minutes */
  readonly defaultTtl?: Duration | undefined
  /** Every lifetime is shortened by a random part of itself, up to this share. From 0, less than 1. @default 0.05 */
  readonly jitter?: number | undefined
  /** How long a stale value is kept, to be served when its loader fails. @default none */
  readonly grace?: Duration | undefined
}

export interface TlsSettings {
  /** PEM text, not a path. */
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly servername?: string | undefined
  /** @default true */
  readonly rejectUnauthorized?: boolean | undefined
}

/** Copies in process memory before Redis. */
export interface NearSettings {
  /** @default 10_000 */
  readonly maxSize?: number | undefined
  /** A copy is kept no longer than this. @default 30 seconds */
  readonly ttl?: Duration | undefined
  /** Which copy leaves when there is no room. @default 'tinylfu' */
  readonly policy?: 'tinylfu' | 'lru' | undefined
  /** @default 'reference' */
  readonly isolation?: 'reference' | 'clone' | 'freeze' | undefined
}

export interface SentinelSettings {
  /** `'host:port'` of each. */
  readonly nodes: readonly string[]
  /** What they call the primary. @default 'mymaster' */
  readonly name?: string | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** One named cache and its store. */
export interface BackendSettings {
  /** What `get(name)` and `resolve(CacheService, { name })` ask for. @default 'default' */
  readonly name?: string | undefined
  /** @default 'memory' */
  readonly type?: BackendType | undefined
  /** The one that is meant when no name is given. @default the only one, or the first one if none is marked */
  readonly default?: boolean | undefined
  /** What every key in Redis begins with. Has no effect in memory, where every backend has its own store. @default the name */
  readonly keyPrefix?: string | undefined
  readonly defaultTtl?: Duration | undefined
  readonly jitter?: number | undefined
  readonly grace?: Duration | undefined
  /** Memory: more entries than this are never held. @default 10_000 */
  readonly maxSize?: number | undefined
  /** Memory: who leaves when there is no room. @default 'tinylfu' */
  readonly policy?: 'tinylfu' | 'lru' | undefined
  /** Memory: what keeps one caller's changes to a value from the others. @default 'reference' */
  readonly isolation?: 'reference' | 'clone' | 'freeze' | undefined
  /** Redis. @default 'localhost' */
  readonly redisHost?: string | undefined
  /** @default 6379 */
  readonly redisPort?: number | undefined
  readonly redisUsername?: string | undefined
  readonly redisPassword?: string | undefined
  /** @default 0 */
  readonly redisDb?: number | undefined
  /** `redis://` or, with TLS, `rediss://`. Instead of host and port. */
  readonly redisUrl?: string | undefined
  /** `'host:port'` of some servers of a Redis Cluster. Instead of host and port. */
  readonly redisCluster?: readonly string[] | undefined
  /** The primary is the one these sentinels name. Instead of host and port. */
  readonly redisSentinel?: SentinelSettings | undefined
  /** Redis: copies in process memory, which Redis keeps true. Needs `@holdfast/cache-memory`. @default none */
  readonly near?: boolean | NearSettings | undefined
  /** @default false */
  readonly redisTls?: boolean | TlsSettings | undefined
  /** For this backend alone. `defaultTtl`, `jitter` and `grace` beside it win over those in it. */
  readonly service?: ServiceSettings | undefined
}

/** The `cache` object as TypeScript writes it. A file writes the same names in snake case. */
export interface CacheSettings {
  /** @default one memory backend named 'default' */
  readonly backends?: readonly BackendSettings[] | undefined
  readonly service?: ServiceSettings | undefined
}

/** A backend with its name, kind and role settled. */
export interface BackendConfig extends BackendSettings {
  readonly name: string
  readonly type: BackendType
  readonly default: boolean
}

/** A checked configuration: at least one backend, exactly one of them the default. Deeply frozen. */
export interface CacheConfig {
  readonly backends: readonly BackendConfig[]
  readonly service: ServiceSettings
}

/** A path to a YAML or JSON file, a whole document with a `cache` key, the `cache` object itself, or what `loadConfig` returned. */
export type ConfigSource =
  | string
  | URL
  | CacheConfig
  | CacheSettings
  | { readonly cache: unknown }
  | Readonly<Record<string, unknown>>

export interface LoadOptions {
  /** For `${VAR}`, `HOLDFAST_CACHE__...` and `HOLDFAST_PROFILE`. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Which `<file>.<profile>.<ext>` beside the file is laid over it. @default env.HOLDFAST_PROFILE */
  readonly profile?: string | undefined
}
