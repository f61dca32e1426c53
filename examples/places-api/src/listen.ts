import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'

export interface Listener {
  readonly port: number
  /** Stops taking connections and waits for the requests under way. */
  close(): Promise<void>
}

/** Serves on the loopback interface; port 0 takes a free one. */
export async function listen(app: Hono, port: number): Promise<Listener> {
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port })
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  }
}
