import type { ChangeListener } from '../contracts/changes.js'

/** What changed, as it is told to other processes. */
export type Announcement =
  | { readonly keys: readonly string[] }
  | { readonly tags: readonly string[] }
  | { readonly all: true }

/** Longer lists are told as "anything may have changed". */
const MOST = 1000

export function encodeAnnouncement(announcement: Announcement): string {
  const names = 'keys' in announcement ? announcement.keys : 'tags' in announcement ? announcement.tags : undefined
  return JSON.stringify(names !== undefined && names.length > MOST ? { all: true } : announcement)
}

/** Tells a listener. What cannot be understood, as from a later version, stands for anything. */
export function tell(message: string, listener: ChangeListener): void {
  const { keys, tags } = parsed(message)
  if (isNames(keys)) listener.keysChanged(keys)
  else if (isNames(tags)) listener.tagsChanged(tags)
  else listener.allChanged()
}

function parsed(message: string): { readonly keys?: unknown; readonly tags?: unknown } {
  try {
    return Object(JSON.parse(message))
  } catch {
    return {}
  }
}

const isNames = (names: unknown): names is string[] =>
  Array.isArray(names) && names.every((name) => typeof name === 'string')
