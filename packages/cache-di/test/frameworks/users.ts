import type { CacheService } from '@holdfast/cache-core'
import { cacheable, invalidateCache } from '@holdfast/cache-decorators'

/** A class of the program: it knows what it caches and nothing of who makes it. */
export class Users {
  readonly rows = new Map([['1', 'Ada']])
  asked = 0

  constructor(readonly cache: CacheService) {}

  @cacheable({ name: 'users.find', ttl: 60, tags: ['users'] })
  async find(id: string): Promise<string | undefined> {
    this.asked++
    return this.rows.get(id)
  }

  @invalidateCache({ tags: ['users'] })
  async rename(id: string, name: string): Promise<void> {
    this.rows.set(id, name)
  }
}
