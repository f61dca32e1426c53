import { type CacheRegistry, openCaches } from '@holdfast/cache-config'
import { CacheService } from '@holdfast/cache-core'
import type { Container } from './container.js'
import type { Module } from './module.js'

/** Whatever name is asked for, a cache of its own in memory, made when it is first asked for. */
export class StubCaches implements Module {
  readonly name = 'cache stub'
  readonly #caches = new Map<string, Promise<CacheRegistry>>()

  async start(container: Container): Promise<void> {
    container.provide(CacheService, async (name = 'default') => (await this.#open(name)).get())
    await this.#open('default')
  }

  async close(): Promise<void> {
    const opened = await Promise.all(this.#caches.values())
    await Promise.all(opened.map((caches) => caches.close()))
  }

  #open(name: string): Promise<CacheRegistry> {
    const found = this.#caches.get(name)
    if (found !== undefined) return found
    // A test is not to depend on the variables of the machine that it runs on.
    const made = openCaches({ backends: [{ name }] }, { env: {} })
    this.#caches.set(name, made)
    return made
  }
}
