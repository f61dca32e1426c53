/** An entry as `fenced` puts it into a plain store. */
export interface Stored {
  readonly id: string
  readonly value: unknown
  /** Each tag with the id of its mark when this was stored. */
  readonly tags: readonly (readonly [tag: string, mark: string])[]
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
    [createdAt, freshUntil, keepUntil].every((time) => typeof time === 'number')
  )
}

/** Not past its time, and every mark is the one it was stored with. */
export const isLive = (stored: Stored, now: number, marks: readonly (string | undefined)[]): boolean =>
  stored.keepUntil > now && stored.tags.every(([, mark], index) => mark === marks[index])
