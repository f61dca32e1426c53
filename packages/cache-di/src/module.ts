import type { Container } from './container.js'

/** A part of an application. It is started once and, if its start succeeded, closed once. */
export interface Module {
  /** For messages. */
  readonly name: string
  /** Opens what it needs and tells the container what it provides. If this fails, it cleans up after itself. */
  start(container: Container): Promise<void> | void
  close(): Promise<void> | void
}
