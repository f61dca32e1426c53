import {
  type CacheRegistry,
  type ConfigSource,
  type CreateCachesOptions,
  createCaches,
  openCaches,
} from '@holdfast/cache-config'
import { CacheService } from '@holdfast/cache-core'
import type { Container } from './container.js'
import type { Module } from './module.js'

/** The caches of a configuration. They are made when the application starts. */
export class ConfiguredCaches implements Module {
  readonly name = 'cache'
  readonly #source: ConfigSource
  readonly #options: CreateCachesOptions
  #caches: CacheRegistry | undefined

  constructor(source: ConfigSource, options: CreateCachesOptions) {
    this.#source = source
    this.#options = options
  }

  async start(container: Container): Promise<void> {
    const open = this.#options.load === undefined ? openCaches : createCaches
    const caches = await open(this.#source, this.#options)
    this.#caches = caches
    try {
      container.provide(CacheService, (name) => caches.get(name))
    } catch (error) {
      await caches.close()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#caches?.close()
  }
}
