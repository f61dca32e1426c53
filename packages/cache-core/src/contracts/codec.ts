/** Turns a value into bytes and back, so that `decode(encode(x))` equals `x`. */
export interface Codec {
  /** A label for events and errors. */
  readonly name: string
  /**
   * Throws a `CacheError` of code `E_SERIALIZE` for a value it cannot keep faithfully. `key` is where the value will be
   * stored; `decode` is given the same.
   */
  encode(value: unknown, key?: string): Encoded
  /** Throws for bytes it did not write. Never evaluates anything. */
  decode(bytes: Buffer, format: number, key?: string): unknown
}

export interface Encoded {
  readonly bytes: Buffer
  /** A number from 0 to 15 that `decode` gets back. 0 to 7 are Holdfast's own. */
  readonly format: number
}
