import type { Feature, Subject } from '../../../test/freshness/checker.js'

/** Several instances of another library over one Redis, as its documentation advises for several processes. */
export interface Rival {
  readonly name: string
  readonly version: string
  /** How it is used, for a reader who wants to judge whether that is fair. */
  readonly setup: string
  readonly without: ReadonlySet<Feature>
  readonly open: (
    redisUrl: string,
    prefix: string,
  ) => { readonly subject: Subject; readonly close: () => Promise<unknown> }
}

/** A verb that `without` names is never called. */
export const never = (): never => {
  throw new Error('This library cannot do that, and is not asked to')
}
