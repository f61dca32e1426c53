export { announced } from './backend/announced.js'
export { encoded } from './backend/encoded.js'
export { type FencedOptions, fenced } from './backend/fenced.js'
export { Listeners } from './backend/listeners.js'
export type {
  Acquired,
  AcquireRequest,
  BackendHealth,
  CacheBackend,
  Filled,
  Inspection,
  Lease,
  MaybePromise,
  PatternOptions,
} from './contracts/backend.js'
export type { Bus, BusListener } from './contracts/bus.js'
export type { ChangeListener } from './contracts/changes.js'
export { type Cancel, type Clock, systemClock } from './contracts/clock.js'
export type { Codec, Encoded } from './contracts/codec.js'
export type { Absent, Draft, Entry, Reading, Version } from './contracts/entry.js'
export type { KeyValueStore } from './contracts/key-value-store.js'
export type { CacheEvent, Recorder } from './contracts/recorder.js'
export { withoutCredentials } from './credentials.js'
export type { CacheStats } from './engine/reporter.js'
export { autoCodec } from './entry/auto-codec.js'
export {
  aborted,
  badInput,
  CacheError,
  type CacheErrorCode,
  type CacheErrorDetails,
  isCacheError,
  type Outcome,
  partlyDone,
} from './errors.js'
export { checkClock } from './options/arguments.js'
export { type Duration, toMs } from './options/duration.js'
export type {
  BatchLoadContext,
  BatchLoader,
  CacheOptions,
  GetOrSetOptions,
  LoadContext,
  Loader,
  NearOptions,
  ProtectionOptions,
  SetOptions,
} from './options/options.js'
export { byteGlob, compileGlob, escapeGlob, type Matcher } from './pattern/glob.js'
export { type CacheHealth, CacheService, type Found } from './service/cache-service.js'
export { createCache } from './service/create-cache.js'
export type { Explanation } from './service/explain.js'
