import type { Mark } from './marks.js'

/** An entry as `fenced` puts it into a plain store. */
export interface Stored {
  readonly id: string
  readonly value: unknown
  /** Each tag with its mark when this was stored. */
  readonly tags: readonly (readonly [tag: string, mark: Pick<Mark, 'id' | 'period'>])[]
  readonly createdAt: number
  readonly freshUntil: number
  readonly keepUntil: number
  readonly loadMs: number
}

/** A store may hold what others, or earlier versions, put there. That is a miss. */
export function isStored(payload: unknown): payload is Stored {
  if (typeof payload !== 'object' || payload === null) return false
  const { id, tags, createdAt, freshUntil, keepUntil } = payload as Partial<Stored>
  return (
    typeof id === 'string' &&
    Array.isArray(tags) &&
    tags.every((tag) => Array.isArray(tag) && typeof tag[1]?.id === 'string') &&
    [createdAt, freshUntil, keepUntil].every((time) => typeof time === 'number')
  )
}

/** Until when an entry is fresh by its tags' marks; nothing when it is not valid any more. */
export function freshUntilBy(stored: Stored, now: number, marks: readonly (Mark | undefined)[]): number | undefined {
  if (stored.keepUntil <= now) return undefined
  let { freshUntil } = stored
  for (const [index, [, mark]] of stored.tags.entries()) {
    const current = marks[index]
    if (current?.id !== mark.id) return undefined
    if (current.period !== mark.period) freshUntil = Math.min(freshUntil, current.expiredAt)
  }
  // Stale, and without grace to stay for.
  return freshUntil < stored.freshUntil && stored.freshUntil >= stored.keepUntil ? undefined : freshUntil
}
