import { byteGlob, escapeGlob } from '@holdfast/cache-core'
import { hashSlot, partitionLabels } from './cluster/slot.js'

/**
 * A prefix as it stands before a key. A `:` that could be taken for the end of a shorter prefix is written `%3A`, so
 * that the caches `a` and `a:v` never share a key; braces would be taken for a partition. Every ordinary prefix stays
 * as it is.
 */
const unambiguous = (prefix: string): string =>
  prefix
    .replace(/%/g, '%25')
    .replace(/:(?=[a-z](?::|$))/g, '%3A')
    .replace(/\{/g, '%7B')
    .replace(/\}/g, '%7D')

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
 * | `prefix:g`      | the patterns that were removed lately                        |
 * | `prefix:n`      | not a key: the channel that tells which leases ended         |
 * | `prefix:c`      | not a key: the channel on which changes are announced        |
 *
 * In a cluster the keys are cut into partitions. Each has a label, which stands in braces after the letter
 * (`prefix:v:{label}:key`, `prefix:e:{label}`), so that a partition is in one slot, and its own nonces, so that
 * whatever a value needs is where the value is.
 */
export class Keyspace {
  readonly channel: string
  readonly announcements: string
  readonly partitions: readonly Partition[]
  readonly #base: string
  readonly #scanPrefix: string
  readonly #labelled: boolean

  /** Without `partitions` there is one, which has no label. */
  constructor(prefix: string, partitions?: number) {
    const base = unambiguous(prefix)
    this.#base = base
    this.#labelled = partitions !== undefined
    const labels = partitions === undefined ? [''] : partitionLabels(partitions)
    this.partitions = labels.map((label) => new Partition(base, label))
    this.#scanPrefix = `${base}:v:`
    this.channel = `${base}:n`
    this.announcements = `${base}:c`
  }

  of(key: string): Partition {
    const { partitions } = this
    const index = partitions.length === 1 ? 0 : hashSlot(key) % partitions.length
    return partitions[index] as Partition
  }

  /** Keys with their places in the list, by partition. */
  group(keys: readonly string[]): Map<Partition, { readonly keys: string[]; readonly places: number[] }> {
    const groups = new Map<Partition, { keys: string[]; places: number[] }>()
    for (const [place, key] of keys.entries()) {
      const partition = this.of(key)
      const group = groups.get(partition)
      if (group === undefined) groups.set(partition, { keys: [key], places: [place] })
      else {
        group.keys.push(key)
        group.places.push(place)
      }
    }
    return groups
  }

  /** What the names begin with of which a copy of a value depends. */
  get trackedPrefixes(): readonly string[] {
    return ['v:', 't:', 'e'].map((letter) => `${this.#base}:${letter}`)
  }

  /** What a name under one of these prefixes stands for; nothing if it is none of ours. */
  meaningOf(name: string): { readonly kind: 'value' | 'tag' | 'epoch'; readonly name: string } | undefined {
    const letter = name[this.#base.length + 1]
    let rest = name.slice(this.#base.length + 2)
    if (this.#labelled) {
      const end = rest.indexOf('}')
      if (!rest.startsWith(':{') || end < 0) return undefined
      rest = rest.slice(end + 1)
    }
    if (letter === 'e') return rest === '' ? { kind: 'epoch', name: '' } : undefined
    return rest.startsWith(':') ? { kind: letter === 'v' ? 'value' : 'tag', name: rest.slice(1) } : undefined
  }

  /** A pattern for SCAN that finds at least every value whose key matches the glob. */
  scanPattern(glob: string): string {
    return escapeGlob(this.#scanPrefix) + (this.#labelled ? '{*}:' : '') + byteGlob(glob)
  }

  /** The key of a value that SCAN found. */
  keyOf(name: Buffer): string {
    const rest = name.toString('utf8', Buffer.byteLength(this.#scanPrefix))
    return this.#labelled ? rest.slice(rest.indexOf('}:') + 2) : rest
  }
}

/** The names of one partition: everything one command may touch. */
export class Partition {
  readonly label: string
  readonly slot: number
  readonly tagPrefix: string
  readonly epoch: string
  readonly anyTag: string
  readonly removals: string
  readonly #value: string
  readonly #lease: string

  constructor(base: string, label: string) {
    const tag = label === '' ? '' : `:{${label}}`
    this.label = label
    this.slot = hashSlot(label)
    this.#value = `${base}:v${tag}:`
    this.#lease = `${base}:l${tag}:`
    this.tagPrefix = `${base}:t${tag}:`
    this.epoch = `${base}:e${tag}`
    this.anyTag = `${base}:i${tag}`
    this.removals = `${base}:g${tag}`
  }

  value(key: string): string {
    return this.#value + key
  }

  lease(key: string): string {
    return this.#lease + key
  }

  tag(tag: string): string {
    return this.tagPrefix + tag
  }
}
