import { randomUUID } from 'node:crypto'
import type { Database, Progress } from './database.js'
import type { DatabaseRequest, FromDatabase } from './database-protocol.js'
import { forkScript } from './fork-script.js'

/** A database in another process. */
export class RemoteDatabase implements Database {
  readonly id: string
  /** Gives another process access to this database. */
  readonly url: string
  readonly #endpoint: string
  readonly #password: string
  readonly #stop: () => void

  /** @param url `http://<id>:<password>@127.0.0.1:<port>` */
  constructor(url: string, stop = () => {}) {
    const { username, password, origin } = new URL(url)
    this.id = username
    this.url = url
    this.#endpoint = origin
    this.#password = password
    this.#stop = stop
  }

  async read<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#ask({ op: 'read', sql, values })
  }

  async write<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#ask({ op: 'write', sql, values })
  }

  async reads(): Promise<number> {
    return await this.#ask({ op: 'reads' })
  }

  async close(): Promise<void> {
    this.#stop()
  }

  async #ask<Answer>(request: DatabaseRequest): Promise<Answer> {
    const headers = { authorization: this.#password, 'content-type': 'application/json' }
    const response = await fetch(this.#endpoint, { method: 'POST', headers, body: JSON.stringify(request) })
    if (!response.ok) throw new Error(`The database answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Answer
  }
}

/** Starts a process with a database in it; `close` ends it. */
export async function startDatabase(
  rows: number,
  onProgress: (progress: Progress) => void = () => {},
): Promise<RemoteDatabase> {
  const password = randomUUID()
  const child = forkScript(new URL('./database-process.ts', import.meta.url), [String(rows)], {
    DATABASE_PASSWORD: password,
  })
  return await new Promise((resolve, reject) => {
    child.on('message', ({ progress, ready }: FromDatabase) => {
      if (progress) onProgress(progress)
      if (ready)
        resolve(new RemoteDatabase(`http://${ready.id}:${password}@127.0.0.1:${ready.port}`, () => child.disconnect()))
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The database process ended with code ${code}`)))
  })
}
