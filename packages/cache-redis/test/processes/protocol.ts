export interface Order {
  readonly key: string
  readonly callers: number
  readonly loadMs: number
  readonly value: string
}

export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'loading' }
  | {
      readonly type: 'done'
      readonly loads: number
      readonly values: readonly string[]
      /** Per caller: from the end of the load to his answer. */
      readonly lateMs: readonly number[]
      /** Fills of this process that the store refused, since it started. */
      readonly refused: number
    }
