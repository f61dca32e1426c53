/** Turns a value into bytes and back, so that `decode(encode(x))` equals `x`. */
export interface Codec {
  /** A label for events and errors. */
  readonly name: string
  /** Throws a `CacheError` of code `E_SERIALIZE` for a value it cannot keep faithfully. */
  encode(value: unknown): Encoded
  /** Throws for bytes it did not write. Never evaluates anything. */
  decode(bytes: Buffer, format: number): unknown
}

export interface Encoded {
  readonly bytes: Buffer
  /** A number from 0 to 15 that `decode` gets back. 0 to 7 are Holdfast's own. */
  readonly format: number
}
