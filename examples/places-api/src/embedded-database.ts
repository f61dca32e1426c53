import { randomUUID } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import type { Database, Progress } from './database.js'
import { placesAsCopyText, placesAvailable } from './places.js'

const schema = `
  create table place (
    id int primary key, name text not null, country text not null, kind text not null,
    population int not null, longitude float8 not null, latitude float8 not null
  );
  -- PPLX is a section of a populated place: to count it too would count its people twice.
  create view settlement as select * from place where kind <> 'PPLX';`

const afterLoad = 'create index on place (country); analyze place;'

/** PostgreSQL inside this process, in memory, filled with the `rows` most populous places of the world. */
export async function openEmbeddedDatabase(
  rows = Number.POSITIVE_INFINITY,
  onProgress: (progress: Progress) => void = () => {},
): Promise<Database> {
  const postgres = await PGlite.create()
  await postgres.exec(schema)
  const total = Math.min(rows, placesAvailable)
  for (const { text, upTo } of placesAsCopyText(total)) {
    await postgres.query("copy place from '/dev/blob'", [], { blob: new Blob([text]) })
    onProgress({ loaded: upTo, total })
  }
  await postgres.exec(afterLoad)
  return new EmbeddedDatabase(postgres)
}

class EmbeddedDatabase implements Database {
  readonly id = randomUUID().slice(0, 8)
  readonly #postgres: PGlite
  #reads = 0

  constructor(postgres: PGlite) {
    this.#postgres = postgres
  }

  async read<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    this.#reads++
    return await this.write(sql, values)
  }

  async write<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.#postgres.query<Row>(sql, [...values])
    return rows
  }

  async reads(): Promise<number> {
    return this.#reads
  }

  async close(): Promise<void> {
    await this.#postgres.close()
  }
}
