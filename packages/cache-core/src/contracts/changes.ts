/** Who keeps copies of what a store holds, and has to hear when it changes. */
export interface ChangeListener {
  /** From now on every change is told. Whatever was copied before may be out of date. */
  on(): void
  /** Changes are not told any more, and some may have been missed. `reason` is for a person. */
  off(reason: string): void
  /** These keys hold something else, or nothing. */
  keysChanged(keys: readonly string[]): void
  /** Values with these tags may not be valid any more. */
  tagsChanged(tags: readonly string[]): void
  /** Anything may have changed. */
  allChanged(): void
}
