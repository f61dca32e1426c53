/** Where the places are. `read` and `write` give the rows of one SQL statement. */
export interface Database {
  /** Differs from one database to the next, so that a cache which outlives them never mixes them up. */
  readonly id: string
  /** @param limitMs after this it has failed, where the database is elsewhere */
  read<Row>(sql: string, values?: readonly unknown[], limitMs?: number): Promise<Row[]>
  write<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** How often `read` ran, counted by the database itself over everyone who asks it. */
  reads(): Promise<number>
  close(): Promise<void>
}

export interface Progress {
  readonly loaded: number
  readonly total: number
}
