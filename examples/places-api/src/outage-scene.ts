import { setTimeout as sleep } from 'node:timers/promises'
import { atOnce, inTurn } from './callers.js'
import type { Answer, Client } from './client.js'
import type { WorldTotals } from './queries.js'
import { observe, type Scene } from './scene.js'

/** Something that can be stopped dead, with all its connections open, and go on later. */
export interface Freezable {
  freeze(): void
  thaw(): void
}

const callers = 20
/** What a caller may wait for something new before he gets something old. The limit is the app's; this allows for HTTP. */
const patienceMs = 1_000

/** The database stops answering: what was cached is served beyond its time, and what was not fails with the reason. */
export async function failingDatabase(client: Client, database: Freezable, uncachedPath: string): Promise<Scene> {
  const askTotals = () => client.get<WorldTotals>('/totals')
  const during: Answer<WorldTotals>[] = []
  let before = ''
  let refusal = ''
  let after = ''
  const traffic = await observe([client], async () => {
    before = (await askTotals()).body.countedAt
    database.freeze()
    try {
      await sleep(1_100)
      during.push(...(await atOnce(callers, askTotals)))
      during.push(...(await inTurn(Array(callers).fill('/totals'), (path) => client.get<WorldTotals>(path))))
      refusal = await client.get(uncachedPath).then(
        () => 'it was answered',
        (error: Error) => error.message,
      )
    } finally {
      database.thaw()
    }
    for (let turn = 0; turn < 100 && after === ''; turn++) {
      const { countedAt } = (await askTotals()).body
      if (countedAt === before) await sleep(100)
      else after = countedAt
    }
    return during
  })
  return {
    ...traffic,
    name: `the database freezes: ${2 * callers} callers, then it goes on`,
    claims: [
      {
        text: `while the database was frozen ${during.length} callers got what was counted before`,
        holds: during.length === 2 * callers && during.every(({ body }) => body.countedAt === before),
      },
      { text: `none of them waited for ${patienceMs} ms`, holds: traffic.latency.p95 < patienceMs },
      {
        text: 'what was never cached failed with the reason',
        holds: refusal.includes('503') && /database/.test(refusal),
      },
      { text: 'when the database went on the totals were counted again', holds: after > before },
    ],
  }
}
