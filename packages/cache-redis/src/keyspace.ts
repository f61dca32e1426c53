import { byteGlob, escapeGlob } from '@holdfast/cache-core'

/**
 * A prefix as it stands before a key. A `:` that could be taken for the end of a shorter prefix is written `%3A`, so
 * that the caches `a` and `a:v` never share a key; every ordinary prefix stays as it is.
 */
const unambiguous = (prefix: string): string => prefix.replace(/%/g, '%25').replace(/:(?=[a-z](?::|$))/g, '%3A')

/**
 * The names of everything in Redis:
 *
 * | key             | holds                                                        |
 * | --------------- | ------------------------------------------------------------ |
 * | `prefix:v:key`  | a value in its envelope                                      |
 * | `prefix:l:key`  | the token of the lease, then `+` if somebody waits for it    |
 * | `prefix:t:tag`  | the nonce of a tag; invalidating it removes it               |
 * | `prefix:e`      | the nonce of the whole cache; clearing removes it            |
 * | `prefix:i`      | the nonce "no tag was invalidated since"                     |
 * | `prefix:b`      | the nonce "no pattern was removed since"                     |
 * | `prefix:n`      | not a key: the channel that tells which leases ended         |
 */
export class Keyspace {
  readonly #prefix: string
  readonly valuePrefix: string
  readonly tagPrefix: string
  readonly epoch: string
  readonly anyTag: string
  readonly barrier: string
  readonly channel: string

  constructor(prefix: string) {
    this.#prefix = unambiguous(prefix)
    this.valuePrefix = `${this.#prefix}:v:`
    this.tagPrefix = `${this.#prefix}:t:`
    this.epoch = `${this.#prefix}:e`
    this.anyTag = `${this.#prefix}:i`
    this.barrier = `${this.#prefix}:b`
    this.channel = `${this.#prefix}:n`
  }

  value(key: string): string {
    return this.valuePrefix + key
  }

  lease(key: string): string {
    return `${this.#prefix}:l:${key}`
  }

  tag(tag: string): string {
    return this.tagPrefix + tag
  }

  /** A pattern for SCAN that finds at least every value whose key matches the glob. */
  scanPattern(glob: string): string {
    return escapeGlob(this.valuePrefix) + byteGlob(glob)
  }
}
