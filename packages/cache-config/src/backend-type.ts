/** The kinds of store that a configuration can name. */
export const BackendType = Object.freeze({
  /** Process memory; needs `@holdfast/cache-memory`. */
  MEMORY: 'memory',
  /** Redis or a server that speaks like it; needs `@holdfast/cache-redis` and `ioredis`. */
  REDIS: 'redis',
} as const)

export type BackendType = (typeof BackendType)[keyof typeof BackendType]
