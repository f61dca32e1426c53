import type { Answer } from './client.js'
import { type Latency, latencyOf } from './latency.js'

export const atOnce = <T>(callers: number, call: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: callers }, call))

export async function inTurn<T>(paths: readonly string[], call: (path: string) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  for (const path of paths) answers.push(await call(path))
  return answers
}

export async function latencyUnder(play: () => Promise<readonly Answer<unknown>[]>): Promise<Latency> {
  return latencyOf((await play()).map((answer) => answer.milliseconds))
}
