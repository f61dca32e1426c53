import { CacheError } from '@holdfast/cache-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { methodKey } from '../src/index.js'
import { boundCache, freshCache } from './fresh-cache.js'
import type * as Library from './standard/library.js'

/** What decorated methods promise, whichever kind of decorator the library was compiled to. */
export function methodPromises(kind: string, { Articles, Drafts, Reviewed, ran }: typeof Library): void {
  beforeEach(() => {
    ran.length = 0
  })

  describe(`a method under ${kind} decorators`, () => {
    it('runs once per arguments', async () => {
      boundCache()
      const articles = new Articles()
      const first = await articles.get('1')
      expect(await articles.get('1')).toBe(first)
      expect(await new Articles().get('1')).toBe(first)
      await articles.get('2')
      expect(ran).toEqual(['get 1', 'get 2'])
    })

    it('runs once for callers at one time', async () => {
      boundCache()
      const articles = new Articles()
      await Promise.all(Array.from({ length: 20 }, () => articles.get('1')))
      expect(ran).toEqual(['get 1'])
    })

    it('keeps its name, its length and its place', () => {
      const { get } = Articles.prototype
      expect([get.name, get.length]).toEqual(['get', 1])
      expect(Object.keys(Articles.prototype)).toEqual([])
    })

    it('has keys of its class and name', async () => {
      const service = boundCache()
      const articles = new Articles()
      const result = await articles.get('1')
      expect(methodKey(articles, articles.get, '1')).toBe('Articles.get:"1"')
      expect(await service.get('Articles.get:"1"')).toBe(result)
    })

    it('has other keys than a static method of its name', async () => {
      boundCache()
      const articles = new Articles()
      expect(await Articles.find('1')).toBe('static 1')
      expect(await articles.find('1')).toBe('find 1 (2)')
      expect(methodKey(Articles, Articles.find, '1')).toBe('Articles.static.find:"1"')
      expect(methodKey(articles, articles.find, '1')).toBe('Articles.find:"1"')
    })

    it('has keys of its own on a subclass that inherits it', async () => {
      boundCache()
      expect(await new Articles().get('1')).toBe('get 1 (1)')
      expect(await new Drafts().get('1')).toBe('draft get 1 (2)')
      const drafts = new Drafts()
      expect(methodKey(drafts, drafts.get, '1')).toBe('Drafts.Articles.get:"1"')
      expect(methodKey(Drafts, Drafts.find, '1')).toBe('Drafts.Articles.static.find:"1"')
    })

    it('may be called through super by the method that overrides it', async () => {
      boundCache()
      const reviewed = new Reviewed()
      expect(await reviewed.get('1')).toBe('reviewed get 1 (1)')
      expect(await reviewed.get('1')).toBe('reviewed get 1 (1)')
      expect(methodKey(reviewed, reviewed.get, '1')).toBe('Reviewed.get:"1"')
      expect(methodKey(reviewed, Articles.prototype.get, '1')).toBe('Reviewed.Articles.get:"1"')
    })

    it('gives its key the instance', async () => {
      const service = boundCache()
      const result = await new Articles('two').ofTenant('1')
      await new Articles('three').ofTenant('1')
      expect(ran).toEqual(['two 1', 'three 1'])
      expect(await service.get('two/1')).toBe(result)
    })

    it('uses the cache of its instance when cacheable, the bound one otherwise', async () => {
      const bound = boundCache()
      const own = freshCache()
      const articles = new Articles('one', own)
      await articles.search('a')
      await articles.get('1')
      expect([await own.has('Articles.search:"a"'), await bound.has('Articles.search:"a"')]).toEqual([true, false])
      expect([await own.has('Articles.get:"1"'), await bound.has('Articles.get:"1"')]).toEqual([false, true])
      await new Articles().search('a')
      expect(await bound.has('Articles.search:"a"')).toBe(true)
    })

    it('uses the cache that its option chooses', async () => {
      const own = freshCache()
      await new Articles('one', own).chosen()
      expect(await own.has('chosen:')).toBe(true)
      await expect(new Articles().chosen()).rejects.toThrow(/did not return a CacheService/)
    })

    it('invalidates in the cache of its instance and in the bound one', async () => {
      boundCache()
      const articles = new Articles('one', freshCache())
      await articles.get('1')
      await articles.search('a')
      expect(await articles.updateAll()).toBe('update all (3)')
      await articles.get('1')
      await articles.search('a')
      expect(ran.slice(3)).toEqual(['get 1', 'search a'])
    })

    it('invalidates by the key of another method', async () => {
      boundCache()
      const articles = new Articles()
      await articles.get('1')
      await articles.get('2')
      await articles.update('1')
      await articles.get('1')
      await articles.get('2')
      expect(ran).toEqual(['get 1', 'get 2', 'update 1', 'get 1'])
    })

    it('says so when it is called without its instance', async () => {
      boundCache()
      const { get } = new Articles()
      await expect(get('1')).rejects.toThrow(/called without its instance/)
    })

    it('says so when no cache is bound, and does not run', async () => {
      const articles = new Articles()
      for (const call of [articles.get('1'), articles.search('a'), articles.updateAll(), Articles.find('1')]) {
        const error = await call.catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(CacheError)
        expect(error).toMatchObject({ code: 'E_CONFIG', message: expect.stringContaining('bindCache(') })
      }
      expect(ran).toEqual([])
    })
  })
}
