import { inTurn, latencyUnder } from './callers.js'
import { Client, crowdedOf, summaryOf } from './client.js'
import { type Freezable, failingDatabase } from './outage-scene.js'
import type { RankedCountry } from './queries.js'
import type { Scene } from './scene.js'
import { cold, expiry, hot, stampede, untouched, write } from './scenes.js'
import { type Doomed, deathOfALoader, twoProcesses, writeElsewhere } from './shared-scenes.js'

/**
 * A day of traffic against a service whose cache is empty. Gives each scene when it is over.
 * @param database to be stopped for a while, if it is ours to stop
 */
export async function* playDay(url: string, database?: Freezable): AsyncGenerator<Scene> {
  const client = new Client(url)
  const [first, second, third, fourth, , , , eighth] = await countriesWithMostPlaces(client)
  const questions = [
    '/ranking',
    ...[first, second, third].flatMap((country) => [summaryOf(country), crowdedOf(country)]),
  ]
  const uncached = await latencyUnder(() => inTurn(questions, (path) => client.getFresh(path)))

  yield { ...(await cold(client, questions)), uncached }
  yield { ...(await hot(client, questions)), uncached }
  yield await stampede(client, crowdedOf(fourth))
  yield await write(client, first)
  yield await untouched(client, second)
  yield await expiry(client)
  if (database) yield await failingDatabase(client, database, summaryOf(eighth))
}

/** Another process of the service, with the same Redis, shares the loads and the invalidations of the first. */
export async function* playWithSecondProcess(url: string, secondUrl: string): AsyncGenerator<Scene> {
  const clients = [new Client(url), new Client(secondUrl)] as const
  const [, , , , fifth, sixth, seventh] = await countriesWithMostPlaces(clients[0])
  yield await twoProcesses(clients, [fifth, sixth, seventh].map(crowdedOf))
  yield await writeElsewhere(clients, fifth)
}

/** The other process dies while it loads. */
export async function* playDeath(url: string, doomed: Doomed, database: Freezable): AsyncGenerator<Scene> {
  const client = new Client(url)
  const countries = await countriesWithMostPlaces(client)
  yield await deathOfALoader(client, doomed, database, countries[7])
}

type Eight<T> = [T, T, T, T, T, T, T, T]

async function countriesWithMostPlaces(client: Client): Promise<Eight<string>> {
  const { body } = await client.getFresh<RankedCountry[]>('/ranking')
  const countries = body.toSorted((a, b) => b.places - a.places).slice(0, 8)
  if (countries.length < 8) throw new Error('The day needs places in eight countries: load more rows')
  return countries.map(({ country }) => country) as Eight<string>
}
