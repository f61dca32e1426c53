/** One of those who are compared. */
export interface Contender {
  readonly name: string
  /** Does the operation so many times, one after the other or side by side, as the scene says. */
  readonly run: (times: number) => Promise<void> | void
}

/** What is measured: the same work for everybody. */
export interface Scene {
  readonly title: string
  /** The one the others are compared with. */
  readonly base: string
  readonly contenders: readonly Contender[]
  readonly close?: () => Promise<unknown>
}

export interface Result {
  readonly name: string
  /** Nanoseconds an operation takes: the median of the rounds, the fastest and the slowest. */
  readonly ns: number
  readonly fastest: number
  readonly slowest: number
  /** How many times the base's operations it does in the same time. */
  readonly ratio: number
}

const ROUND_NS = 60e6
const WARM_UP_ROUNDS = 2

async function timed({ run }: Contender, times: number): Promise<number> {
  const began = process.hrtime.bigint()
  await run(times)
  return Number(process.hrtime.bigint() - began)
}

/** Rounds in turn, so that whatever else the machine does falls on everybody. */
export async function measure(scene: Scene, rounds: number, progress: (done: number) => void): Promise<Result[]> {
  const times = new Map<Contender, number>()
  for (const contender of scene.contenders) {
    let count = 16
    while ((await timed(contender, count)) < ROUND_NS / 4 && count < 2 ** 22) count *= 2
    times.set(contender, count)
  }
  const samples = new Map<Contender, number[]>(scene.contenders.map((contender) => [contender, []]))
  for (let round = 0; round < rounds + WARM_UP_ROUNDS; round++) {
    for (const contender of scene.contenders) {
      const count = times.get(contender) as number
      const ns = (await timed(contender, count)) / count
      if (round >= WARM_UP_ROUNDS) samples.get(contender)?.push(ns)
    }
    progress((round + 1) / (rounds + WARM_UP_ROUNDS))
  }
  const median = (of: readonly number[]): number => [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)] as number
  const base = median(samples.get(scene.contenders.find(({ name }) => name === scene.base) as Contender) as number[])
  return scene.contenders.map((contender) => {
    const all = samples.get(contender) as number[]
    const ns = median(all)
    return { name: contender.name, ns, fastest: Math.min(...all), slowest: Math.max(...all), ratio: base / ns }
  })
}
