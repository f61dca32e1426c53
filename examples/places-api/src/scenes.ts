import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { atOnce, inTurn, latencyUnder } from './callers.js'
import { type Answer, type Client, crowdedOf, summaryOf } from './client.js'
import type { CountrySummary, WorldTotals } from './queries.js'
import { observe, type Scene } from './scene.js'

const stampedeSize = 200
const uncachedStampedeSize = 10

export async function cold(client: Client, questions: readonly string[]): Promise<Scene> {
  const traffic = await observe([client], () => inTurn(questions, (path) => client.get(path)))
  return {
    ...traffic,
    name: `cold: ${questions.length} questions, once each`,
    claims: [{ text: 'each cold question was computed once', holds: traffic.loads === questions.length }],
  }
}

export async function hot(client: Client, questions: readonly string[]): Promise<Scene> {
  const calls = Array.from({ length: 50 }, () => questions).flat()
  const traffic = await observe([client], () => inTurn(calls, (path) => client.get(path)))
  return {
    ...traffic,
    name: `hot: the same ${questions.length}, 50 times each`,
    claims: [
      { text: 'no hot question reached the database', holds: traffic.loads === 0 },
      { text: 'each was a hit', holds: traffic.hits === calls.length },
    ],
  }
}

export async function stampede(client: Client, path: string): Promise<Scene> {
  const uncached = await latencyUnder(() => atOnce(uncachedStampedeSize, () => client.getFresh(path)))
  const answers: Answer<unknown>[] = []
  const traffic = await observe([client], async () => {
    answers.push(...(await atOnce(stampedeSize, () => client.get(path))))
    return answers
  })
  const same = answers.every(({ body }) => isDeepStrictEqual(body, answers[0]?.body))
  return {
    ...traffic,
    name: `stampede: ${stampedeSize} at once, one cold key`,
    uncached,
    uncachedNote: `${uncachedStampedeSize} callers at once, not ${stampedeSize}`,
    claims: [
      { text: `${stampedeSize} callers at once on a cold key caused one load`, holds: traffic.loads === 1 },
      { text: 'and all of them got the same answer', holds: same },
    ],
  }
}

/** Each write of the day is this large. */
export const newcomers = 1_000

export async function write(client: Client, country: string): Promise<Scene> {
  const path = summaryOf(country)
  const before = (await client.get<CountrySummary>(path)).body
  const place = before.largest[0]!
  const uncached = await latencyUnder(async () => [await client.getFresh(path)])
  await client.setPopulation(place.id, place.population + newcomers)
  const answers: Answer<CountrySummary>[] = []
  const traffic = await observe([client], async () => {
    answers.push(await client.get(path), await client.get(path))
    return answers
  })
  const seen = answers.every(({ body }) => body.people === before.people + newcomers)
  return {
    ...traffic,
    name: `a write to ${place.name}, then ${country} twice`,
    uncached,
    claims: [
      {
        text: `the first read after the write saw it: ${newcomers.toLocaleString('en')} more people in ${country}`,
        holds: seen,
      },
      { text: 'which took one load', holds: traffic.loads === 1 },
    ],
  }
}

export async function untouched(client: Client, country: string): Promise<Scene> {
  const paths = [summaryOf(country), crowdedOf(country)]
  const traffic = await observe([client], () => inTurn(paths, (path) => client.get(path)))
  return {
    ...traffic,
    name: `after that write, ${country}`,
    claims: [
      { text: `${country}, which has another tag, stayed hot`, holds: traffic.loads === 0 && traffic.hits === 2 },
    ],
  }
}

export async function expiry(client: Client): Promise<Scene> {
  const uncached = await latencyUnder(async () => [await client.getFresh('/totals')])
  const answers: Answer<WorldTotals>[] = []
  const traffic = await observe([client], async () => {
    answers.push(await client.get('/totals'), await client.get('/totals'))
    await sleep(1_100)
    answers.push(await client.get('/totals'))
    return answers
  })
  const [first, second, third] = answers.map(({ body }) => body.countedAt)
  return {
    ...traffic,
    name: 'expiry: twice, and after 1.1 s',
    uncached,
    claims: [
      { text: 'totals that live one second were served while they lived', holds: first === second },
      { text: 'and counted again afterwards', holds: second !== third && traffic.loads === 2 },
    ],
  }
}
