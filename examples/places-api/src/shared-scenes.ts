import { setTimeout as sleep } from 'node:timers/promises'
import { keys, lockSeconds } from './cache.js'
import { atOnce, latencyUnder } from './callers.js'
import { type Answer, Client, crowdedOf, summaryOf } from './client.js'
import type { Freezable } from './outage-scene.js'
import type { CountrySummary } from './queries.js'
import { observe, type Scene } from './scene.js'
import { newcomers } from './scenes.js'

const callersEach = 25

export async function twoProcesses(clients: readonly Client[], paths: readonly string[]): Promise<Scene> {
  const groups = clients.flatMap((client) => paths.map((path) => () => atOnce(callersEach, () => client.get(path))))
  const traffic = await observe(clients, async () => (await Promise.all(groups.map((ask) => ask()))).flat())
  return {
    ...traffic,
    name: `two processes: ${paths.length} cold keys, ${callersEach} callers each`,
    claims: [{ text: 'two processes caused one load per key between them', holds: traffic.loads === paths.length }],
  }
}

export async function writeElsewhere([first, second]: readonly [Client, Client], country: string): Promise<Scene> {
  const path = summaryOf(country)
  const before = (await first.get<CountrySummary>(path)).body
  const place = before.largest[0]!
  await second.setPopulation(place.id, place.population + newcomers)
  const answers: Answer<CountrySummary>[] = []
  const traffic = await observe([first, second], async () => {
    answers.push(await first.get(path))
    return answers
  })
  const seen = answers.every(({ body }) => body.people === before.people + newcomers)
  return {
    ...traffic,
    name: `a write in one process, a read in the other`,
    claims: [{ text: 'a write in one process was seen by the other', holds: seen }],
  }
}

export interface Doomed {
  readonly url: string
  /** Ends the process as a crash would: it tells nobody. */
  kill(): Promise<void>
}

/** A process dies while it loads: another one takes over when its lease lapses, and loads once. */
export async function deathOfALoader(
  first: Client,
  doomed: Doomed,
  database: Freezable,
  country: string,
): Promise<Scene> {
  const path = crowdedOf(country)
  let lost: Promise<unknown> = Promise.resolve()
  const loadsBefore = (await first.stats()).cache.loads
  let tookMs = 0
  const traffic = await observe([first], async () => {
    // With the database frozen its load is still under way when it dies.
    database.freeze()
    try {
      lost = new Client(doomed.url).get(path).catch(() => undefined)
      await until(async () => (await first.explain(keys.crowded(country))).lease !== undefined)
      await doomed.kill()
    } finally {
      database.thaw()
    }
    const died = performance.now()
    const answers = await atOnce(callersEach, () => first.get(path))
    tookMs = performance.now() - died
    return answers
  })
  await lost
  const uncached = await latencyUnder(async () => [await first.getFresh(path)])
  const loads = (await first.stats()).cache.loads - loadsBefore
  return {
    ...traffic,
    name: `a process dies while it loads; ${callersEach} callers ask another`,
    uncached,
    claims: [
      {
        text: `a process that died while it loaded was succeeded in ${(tookMs / 1000).toFixed(1)} s (its lease: ${lockSeconds} s)`,
        // The database has the dead process's query to finish first.
        holds: tookMs < lockSeconds * 1000 + 500 + 3 * uncached.p95,
      },
      { text: `and its ${callersEach} callers caused one further load`, holds: loads === 1 },
    ],
  }
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await reached()); turn++) {
    if (turn > 100) throw new Error('The other process does not load')
    await sleep(20)
  }
}
