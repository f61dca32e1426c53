/** What a loader threw, on its way to its callers: told apart from whatever else fails, were it a CacheError. */
export class LoadFailed {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

/** What the caller is to see. */
export const asThrown = (error: unknown): unknown => (error instanceof LoadFailed ? error.error : error)
