import type { Progress } from './database.js'

/** What the database process is asked over HTTP. */
export type DatabaseRequest = { op: 'read' | 'write'; sql: string; values: readonly unknown[] } | { op: 'reads' }

/** What the database process tells the process that started it. */
export interface FromDatabase {
  readonly progress?: Progress
  readonly ready?: { readonly id: string; readonly port: number }
}
