/** Where several servers run that have to reach each other: something that starts and harms them by their ports. */
export interface Machine {
  readonly how: 'container' | 'process'
  /** Where servers may write. */
  readonly folder: string
  /** Starts a server with further arguments and returns when it answers. It is reached at 127.0.0.1. */
  start(port: number, args: readonly string[]): Promise<void>
  /** As a crash: no goodbye to anyone. */
  kill(port: number): Promise<void>
  /** Connections stay open and nothing answers. */
  freeze(port: number): Promise<void>
  thaw(port: number): Promise<void>
  /** A file in the folder, one line per entry. Its path there. */
  write(name: string, lines: readonly string[]): Promise<string>
  stop(): Promise<void>
}
