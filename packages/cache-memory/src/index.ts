export type { Isolation } from './isolation.js'
export { MemoryBackend } from './memory-backend.js'
export type { MemoryOptions } from './options.js'
export type { PolicyName } from './policy/policy.js'
