let last: unknown

/** What was read goes here, so that no read is for nothing. */
export const keep = (value: unknown): void => {
  last = value
}

export const kept = (): unknown => last
