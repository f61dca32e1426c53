import { arc } from './arc.js'
import { belady } from './belady.js'
import { fifo } from './fifo.js'
import { lru } from './lru.js'
import { ours } from './ours.js'
import type { MakePolicy } from './policy.js'
import { s3Fifo } from './s3-fifo.js'
import { sieve } from './sieve.js'
import { wTinyLfu } from './w-tinylfu.js'

export const POLICIES: Readonly<Record<string, MakePolicy>> = {
  FIFO: fifo,
  LRU: lru,
  SIEVE: sieve,
  'S3-FIFO': s3Fifo,
  ARC: arc,
  'W-TinyLFU': wTinyLfu,
  'holdfast lru': ours('lru'),
  holdfast: ours('tinylfu'),
  optimum: belady,
}
