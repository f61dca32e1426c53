import type { CacheHealth } from '@holdfast/cache-core'
import { Client } from './client.js'
import { playDay, playDeath, playWithSecondProcess } from './day.js'
import type { Freezable } from './outage-scene.js'
import { allHold, claimsOf, tableOf } from './report.js'
import type { Scene } from './scene.js'
import { startSecondService } from './second-service.js'

/**
 * Plays the day and prints what happened.
 * @param database to be stopped for a while, if it is ours to stop
 * @param sharedDatabaseUrl for a second process, when there is a Redis to share with it
 * @returns whether everything that the day claims held
 */
export async function show(
  url: string,
  database: Freezable | undefined,
  sharedDatabaseUrl: string | undefined,
): Promise<boolean> {
  await demandHealth(new Client(url))
  console.log('Playing a day of traffic over HTTP ...')
  const scenes = await all(playDay(url, database))
  if (sharedDatabaseUrl) scenes.push(...(await playTogether(url, database, sharedDatabaseUrl)))
  console.log(`\n${tableOf(scenes)}\n\n${claimsOf(scenes)}`)
  return allHold(scenes)
}

/** The service lives without its cache; the day, which is about the cache, does not. */
async function demandHealth(client: Client): Promise<void> {
  const { status, backend } = (await client.get<CacheHealth>('/health')).body
  const { message = backend.status } = backend.detail
  if (status !== 'up') throw new Error(`The cache is ${status}: ${message}`)
}

async function playTogether(url: string, database: Freezable | undefined, databaseUrl: string): Promise<Scene[]> {
  console.log('Starting a second process of the service ...')
  const second = await startSecondService(databaseUrl)
  try {
    const scenes = await all(playWithSecondProcess(url, second.url))
    if (database) scenes.push(...(await all(playDeath(url, second, database))))
    return scenes
  } finally {
    await second.close()
  }
}

async function all(playing: AsyncIterable<Scene>): Promise<Scene[]> {
  const scenes: Scene[] = []
  for await (const scene of playing) {
    console.log(`  ${scene.name}`)
    scenes.push(scene)
  }
  return scenes
}
