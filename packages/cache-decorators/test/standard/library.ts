import type { CacheService } from '@holdfast/cache-core'
import { cache, cacheable, invalidateCache, methodKey } from '../../src/index.js'

// test/legacy/library.ts is the same text, compiled with experimentalDecorators; methods.test.ts holds them to it.

export const ran: string[] = []

export class Articles {
  readonly cache: CacheService | undefined
  readonly tenant: string

  constructor(tenant = 'one', own?: CacheService) {
    this.tenant = tenant
    this.cache = own
  }

  @cache({ ttl: 300, tags: (id: string) => ['articles', `article:${id}`] })
  async get(id: string): Promise<string> {
    return this.run(`get ${id}`)
  }

  @cacheable({ ttl: '1m', tags: ['articles'] })
  async search(words: string): Promise<string> {
    return this.run(`search ${words}`)
  }

  @cache({
    key(this: Articles, id: string) {
      return `${this.tenant}/${id}`
    },
  })
  async ofTenant(id: string): Promise<string> {
    return this.run(`${this.tenant} ${id}`)
  }

  @cacheable({ cache: (articles: Articles) => articles.cache as CacheService, name: 'chosen' })
  async chosen(): Promise<string> {
    return this.run('chosen')
  }

  @invalidateCache({ tags: ['articles'] })
  async updateAll(): Promise<string> {
    return this.run('update all')
  }

  @invalidateCache({
    keys(this: Articles, id: string) {
      return [methodKey(this, this.get, id)]
    },
  })
  async update(id: string): Promise<string> {
    return this.run(`update ${id}`)
  }

  @cache()
  static async find(id: string): Promise<string> {
    ran.push(`find ${id}`)
    return `static ${id}`
  }

  @cache()
  async find(id: string): Promise<string> {
    return this.run(`find ${id}`)
  }

  run(what: string): string {
    ran.push(what)
    return `${what} (${ran.length})`
  }
}

/** Inherits everything. */
export class Drafts extends Articles {
  override run(what: string): string {
    return super.run(`draft ${what}`)
  }
}

/** Overrides a cached method with one that calls it. */
export class Reviewed extends Articles {
  @cache()
  override async get(id: string): Promise<string> {
    return `reviewed ${await super.get(id)}`
  }
}
