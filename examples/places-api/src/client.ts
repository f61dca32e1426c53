import type { CacheStats, Explanation } from '@holdfast/cache-core'

export const summaryOf = (country: string) => `/countries/${country}/summary`
export const crowdedOf = (country: string) => `/countries/${country}/crowded`

export interface Stats {
  readonly cache: CacheStats
  readonly databaseReads: number
}

export interface Answer<T> {
  readonly body: T
  readonly milliseconds: number
}

/** Speaks to one service over HTTP and takes the time. */
export class Client {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  async get<T>(path: string): Promise<Answer<T>> {
    return await this.#request('GET', path)
  }

  /** The same question, round the cache. */
  async getFresh<T>(path: string): Promise<Answer<T>> {
    return await this.#request('GET', `${path}?fresh=1`)
  }

  async setPopulation(id: number, population: number): Promise<void> {
    await this.#request('PUT', `/places/${id}/population`, { population })
  }

  async stats(): Promise<Stats> {
    return (await this.get<Stats>('/stats')).body
  }

  async explain(key: string): Promise<Explanation> {
    return (await this.get<Explanation>(`/explain?key=${encodeURIComponent(key)}`)).body
  }

  async #request<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const started = performance.now()
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const response = await fetch(this.#url + path, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return { body: JSON.parse(text) as T, milliseconds: performance.now() - started }
  }
}
