import { atOnce } from './callers.js'
import { type Answer, type Client, summaryOf } from './client.js'
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
