export type { RedisLike } from './connection/redis-like.js'
export type { ClientOptions, RedisOptions, ServerOptions } from './options.js'
export { RedisBackend } from './redis-backend.js'
