/** Where the servers of a cluster run: something that starts, stops and harms servers by their ports. */
export interface Machine {
  readonly how: 'container' | 'process'
  /** Starts a server and returns when it answers. It listens on 127.0.0.1. */
  start(port: number): Promise<void>
  /** As a crash: no goodbye to anyone. */
  kill(port: number): Promise<void>
  /** Connections stay open and nothing answers. */
  freeze(port: number): Promise<void>
  thaw(port: number): Promise<void>
  stop(): Promise<void>
}

/** A server that was harmed is given up by the others after this many milliseconds. */
export const NODE_TIMEOUT_MS = 2000

/** Nothing is written to disk but the cluster's own file, so a restarted server knows where it belongs and is empty. */
export const clusterArguments = (port: number, folder: string): string[] => [
  ...['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'no', '--dir', folder],
  ...['--save', '', '--appendonly', 'no', '--repl-diskless-load', 'swapdb', '--repl-diskless-sync-delay', '0'],
  ...['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`],
  ...['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--cluster-announce-ip', '127.0.0.1'],
]
