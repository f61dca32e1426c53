import type { CacheBackend } from '@holdfast/cache-core'
import { fenced } from '@holdfast/cache-core'
import type { ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { mapStore } from '../fenced/map-store.js'

/** Backends that live in this process. `open` gives another client of the same store. */
export const LOCAL_TOPOLOGIES: readonly (readonly [name: string, create: (clock: ManualClock) => CacheBackend])[] = [
  ['near: memory', (clock) => new MemoryBackend({ clock })],
  ['near: a lifted store', (clock) => fenced(mapStore(clock), { clock })],
]
