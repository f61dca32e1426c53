import type { CacheService } from '@holdfast/cache-core'
import { createApp } from './app.js'
import type { Database } from './database.js'
import { listen } from './listen.js'

export interface Service {
  readonly url: string
  close(): Promise<void>
}

export async function startService(database: Database, cache: CacheService, port: number): Promise<Service> {
  const listener = await listen(createApp(database, cache), port)
  return { url: `http://127.0.0.1:${listener.port}`, close: listener.close }
}
