import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import type { Database, Progress } from './database.js'
import type { DatabaseRequest, FromDatabase } from './database-protocol.js'
import { forkScript } from './fork-script.js'
import type { Freezable } from './outage-scene.js'

/** The slowest queries may have to queue; whoever asks something quick says so. */
const longestQueryMs = 30_000

export class DatabaseDown extends Error {
  constructor(cause: unknown) {
    super('The database does not answer', { cause })
  }
}

/** A database in another process. */
export class RemoteDatabase implements Database {
  readonly id: string
  /** Gives another process access to this database. */
  readonly url: string
  readonly #endpoint: string
  readonly #password: string

  /** @param url `http://<id>:<password>@127.0.0.1:<port>` */
  constructor(url: string) {
    const { username, password, origin } = new URL(url)
    this.id = username
    this.url = url
    this.#endpoint = origin
    this.#password = password
  }

  async read<Row>(sql: string, values: readonly unknown[] = [], limitMs = longestQueryMs): Promise<Row[]> {
    return await this.#ask({ op: 'read', sql, values }, limitMs)
  }

  async write<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#ask({ op: 'write', sql, values })
  }

  async reads(): Promise<number> {
    return await this.#ask({ op: 'reads' })
  }

  async close(): Promise<void> {}

  async #ask<Answer>(request: DatabaseRequest, limitMs = longestQueryMs): Promise<Answer> {
    const headers = { authorization: this.#password, 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(limitMs)
    const init = { method: 'POST', headers, body: JSON.stringify(request), signal }
    const response = await fetch(this.#endpoint, init).catch((error: unknown) => {
      throw new DatabaseDown(error)
    })
    if (!response.ok) throw new Error(`The database answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Answer
  }
}

/** A database whose process is ours to stop dead, as a failing machine would. */
export class OwnDatabase extends RemoteDatabase implements Freezable {
  readonly #child: ChildProcess

  constructor(url: string, child: ChildProcess) {
    super(url)
    this.#child = child
  }

  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  override async close(): Promise<void> {
    this.#child.disconnect()
  }
}

/** Starts a process with a database in it; `close` ends it. */
export async function startDatabase(
  rows: number,
  onProgress: (progress: Progress) => void = () => {},
): Promise<OwnDatabase> {
  const password = randomUUID()
  const child = forkScript(new URL('./database-process.ts', import.meta.url), [String(rows)], {
    DATABASE_PASSWORD: password,
  })
  return await new Promise((resolve, reject) => {
    child.on('message', ({ progress, ready }: FromDatabase) => {
      if (progress) onProgress(progress)
      if (ready) resolve(new OwnDatabase(`http://${ready.id}:${password}@127.0.0.1:${ready.port}`, child))
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The database process ended with code ${code}`)))
  })
}
