import { MemoryBackend, type PolicyName } from '@holdfast/cache-memory'
import type { MakePolicy } from './policy.js'

const LIFE = { createdAt: 0, freshUntil: Number.POSITIVE_INFINITY, keepUntil: Number.POSITIVE_INFINITY, loadMs: 0 }

/** The real thing, by its public names and with text for keys. */
export const ours =
  (policy: PolicyName): MakePolicy =>
  ({ size, keys, random }) => {
    const backend = new MemoryBackend({ policy, maxEntries: size, random })
    const names = Array.from({ length: keys }, (_, key) => `key:${key}`)
    return {
      ask(key) {
        const name = names[key]!
        if (backend.read(name).present) return true
        backend.write(name, { value: key, tags: [], ...LIFE })
        return false
      },
    }
  }
