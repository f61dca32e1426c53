import { bentocache, bentocacheWithBus } from './bentocache.js'
import { cacheManager } from './cache-manager.js'
import { cacheable, cacheableWithMemory } from './cacheable.js'
import type { Rival } from './rival.js'

export type { Rival } from './rival.js'
export const RIVALS: readonly Rival[] = [bentocache, bentocacheWithBus, cacheManager, cacheable, cacheableWithMemory]
