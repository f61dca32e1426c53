import { CacheError, CacheService, createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { bindCache, cache, cacheable, invalidateCache } from '../src/index.js'
import { boundCache, freshCache } from './fresh-cache.js'

const configError = (message: RegExp) =>
  expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) })

describe('a cached function', () => {
  it('runs once per arguments and keeps its name and length', async () => {
    const service = boundCache()
    const run = vi.fn((id: string) => ({ id }))
    const getArticle = cache({ ttl: 300, tags: ['articles'] })(async function loadArticle(id: string) {
      return run(id)
    })
    expect(await getArticle('42')).toEqual({ id: '42' })
    expect(await getArticle('42')).toEqual({ id: '42' })
    await getArticle('43')
    expect(run).toHaveBeenCalledTimes(2)
    expect([getArticle.name, getArticle.length]).toEqual(['loadArticle', 1])
    expect(getArticle.key('42')).toBe('loadArticle:"42"')
    expect(await service.get(getArticle.key('42'))).toEqual({ id: '42' })
    expect((await service.lookup(getArticle.key('42'))).tags).toEqual(['articles'])
    expect(await service.ttl(getArticle.key('42'))).toBeGreaterThan(280)
  })

  it('resolves even when it was synchronous, and keeps undefined', async () => {
    boundCache()
    const run = vi.fn()
    const nothing = cache()(function nothing(): undefined {
      run()
    })
    expect(await nothing()).toBeUndefined()
    expect(await nothing()).toBeUndefined()
    expect(run).toHaveBeenCalledTimes(1)
  })

  it('passes on what it throws, and does not keep it', async () => {
    boundCache()
    const error = new Error('no such article')
    const run = vi.fn().mockImplementationOnce(() => {
      throw error
    })
    const load = cache({ name: 'load' })(run)
    await expect(load(1)).rejects.toBe(error)
    await load(1)
    expect(run).toHaveBeenCalledTimes(2)
  })

  it('has this', async () => {
    boundCache()
    const owner = {
      prefix: 'a',
      get: cache({
        key(this: { prefix: string }, id: string) {
          return `${this.prefix}-${id}`
        },
      })(async function (this: { prefix: string }, id: string) {
        return this.prefix + id
      }),
    }
    expect(await owner.get('1')).toBe('a1')
    owner.prefix = 'b'
    expect(await owner.get('1')).toBe('b1')
  })

  it('may have tags of its arguments and of its result', async () => {
    const service = boundCache()
    let author = 'ann'
    const getArticle = cache({
      tags: (id: string) => [`article:${id}`, 'articles'],
      resultTags: (article: { author: string }, id) => [`author:${article.author}`, `article:${id}`],
    })(async function getArticle(id: string) {
      return { id, author }
    })
    await getArticle('1')
    expect((await service.lookup(getArticle.key('1'))).tags).toEqual(['article:1', 'articles', 'author:ann'])
    await service.invalidateTags(['author:ann'])
    author = 'bob'
    expect((await getArticle('1')).author).toBe('bob')
  })

  it('is not kept when a tag of its result was invalidated while it ran', async () => {
    const service = boundCache()
    let finish = (_: string): void => {}
    const load = cache({ resultTags: (author: string) => [author] })(function load(): Promise<string> {
      return new Promise((resolve) => {
        finish = resolve
      })
    })
    const running = load()
    await vi.waitFor(() => expect(finish.length).toBe(1))
    await service.invalidateTags(['ann'])
    finish('ann')
    expect(await running).toBe('ann')
    expect(await service.has(load.key())).toBe(false)
  })

  it('takes a whole key, as a value or of its arguments', async () => {
    const service = boundCache()
    const all = cache({ key: 'articles/all' })(async () => 1)
    const one = cache({ key: (id: number) => `articles/${id}` })(async (id: number) => id)
    await all()
    await one(7)
    expect([all.key(), one.key(7)]).toEqual(['articles/all', 'articles/7'])
    expect([await service.get('articles/all'), await service.get('articles/7')]).toEqual([1, 7])
  })

  it('hashes long arguments', async () => {
    boundCache()
    const find = cache({ name: 'find' })(async (query: string) => query.length)
    expect(find.key('x'.repeat(198))).toHaveLength(205)
    expect(find.key('x'.repeat(199))).toMatch(/^find:sha256-[\w-]{43}$/)
    expect(find.key('x'.repeat(200))).not.toBe(find.key('x'.repeat(201)))
    expect(await find('x'.repeat(5000))).toBe(5000)
  })

  it('keeps null for negativeTtl', async () => {
    const service = boundCache()
    const find = cache({ ttl: 100, negativeTtl: 10, name: 'find' })(async (id: number) => (id === 1 ? id : null))
    await find(1)
    await find(2)
    expect(await service.ttl(find.key(1))).toBeGreaterThan(90)
    expect(await service.ttl(find.key(2))).toBeLessThanOrEqual(10)
  })
})

describe('which cache', () => {
  it('is the option, lazily when it is a function', async () => {
    const bound = boundCache()
    const [given, later] = [freshCache(), freshCache()]
    await cache({ name: 'f', cache: given })(() => 1)()
    await cache({ name: 'g', cache: () => later })(() => 1)()
    expect([await given.has('f:'), await later.has('g:'), await bound.has('f:'), await bound.has('g:')]).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('is else the one that is bound last, until that is undone', async () => {
    const first = boundCache()
    const second = freshCache()
    const f = cache({ name: 'f' })(() => 1)
    const undo = bindCache(second)
    await f()
    expect([await first.has('f:'), await second.has('f:')]).toEqual([false, true])
    undo()
    await f()
    expect(await first.has('f:')).toBe(true)
  })

  it('does not depend on the order in which bindings are undone', async () => {
    const [first, second] = [freshCache(), freshCache()]
    const undoFirst = bindCache(first)
    const undoSecond = bindCache(second)
    undoFirst()
    await cache({ name: 'f' })(() => 1)()
    expect(await second.has('f:')).toBe(true)
    undoSecond()
    await expect(cache({ name: 'f' })(() => 1)()).rejects.toThrow(/no cache is bound/)
  })

  it('is shared by every copy of the package', () => {
    const service = boundCache()
    expect((globalThis as Record<symbol, unknown>)[Symbol.for('holdfast.boundCache')]).toEqual([{ service }])
  })

  it('must be a CacheService', () => {
    expect(() => bindCache({} as CacheService)).toThrow(configError(/not a CacheService/))
    expect(() => cache({ cache: {} as CacheService })).toThrow(configError(/cache is not a CacheService/))
  })
})

describe('what is refused', () => {
  it.each([
    ['an unknown option', () => cache({ tll: 3 } as object), /unknown option "tll".*Known are name, ttl/],
    ['a ttl of zero', () => cache({ ttl: 0 }), /ttl is 0/],
    ['an unknown unit', () => cacheable({ grace: '5 years' }), /grace/],
    ['an empty name', () => cache({ name: '' }), /name is ""/],
    ['a name with a bracket', () => cache({ name: 'a[' }), /name is "a\["/],
    ['tags that are no list', () => cache({ tags: 'a' as never }), /tags is not a list/],
    ['a tag that is too long', () => cache({ tags: ['x'.repeat(256)] }), /longer than 255 bytes/],
    ['an empty key', () => cache({ key: '' }), /key is not a non-empty string/],
    ['no options of invalidateCache', () => invalidateCache({}), /nothing to invalidate/],
    [
      'a decorator without brackets',
      () => cache((() => 1) as object),
      /given a function instead of options.*@cache\(\)/,
    ],
    ['an anonymous function', () => cache()(() => 1), /anonymous function has no name.*option name or key/],
    ['a class', () => cache()(class A {} as never), /stands on a class/],
    ['a generator', () => cache()(function* g() {}), /stands on a generator/],
    ['a value', () => cache()(5 as never), /stands on a value of type number/],
  ])('%s, at once', (_, act, message) => {
    expect(act).toThrow(configError(message))
  })

  it('arguments without a stable text, when called', async () => {
    boundCache()
    const f = cache({ name: 'f' })((_: object) => 1)
    await expect(f(new (class Box {})())).rejects.toThrow(/^cache: argument 1 is or holds a Box without toKey/)
    expect(() => f.key(() => 1)).toThrow(configError(/function/))
  })

  it('answers of option functions, when called', async () => {
    boundCache()
    const run = vi.fn()
    await expect(cache({ name: 'f', tags: () => 'a' as never })(run)()).rejects.toThrow(/tags is not a list/)
    await expect(cache({ name: 'f', key: () => '' })(run)()).rejects.toThrow(/key is not/)
    expect(run).not.toHaveBeenCalled()
  })
})

describe('types', () => {
  it('stay what they were', () => {
    const getArticle = cache({ tags: (id: string) => [id] })(async function getArticle(id: string, lang?: 'en' | 'de') {
      return { id, lang }
    })
    expectTypeOf(getArticle).toBeCallableWith('1', 'en')
    expectTypeOf(getArticle).returns.resolves.toEqualTypeOf<{ id: string; lang: 'en' | 'de' | undefined }>()
    expectTypeOf(getArticle.key).parameters.toEqualTypeOf<[id: string, lang?: 'en' | 'de']>()
    const sync = cache()(function sync(n: number) {
      return n > 0
    })
    expectTypeOf(sync).returns.toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(sync).parameters.toEqualTypeOf<[n: number]>()
    const generic = cache()(async function generic<T extends string>(value: T): Promise<T> {
      return value
    })
    const same = () => generic('a')
    expectTypeOf(same).returns.resolves.toEqualTypeOf<'a'>()
    const update = invalidateCache({ keys: (id) => [getArticle.key(id)] })(async (id: string) => id.length)
    expectTypeOf(update).toEqualTypeOf<(id: string) => Promise<number>>()
  })

  it('hold the options to the function', () => {
    const byNumber = cache({ name: 'f', tags: (id: number) => [String(id)] })
    // @ts-expect-error the tags are of a number, the function takes a string
    byNumber(async (id: string) => id)
    const ofResult = cache({ name: 'f', resultTags: (result: { author: string }) => [result.author] })
    // @ts-expect-error the function does not give an author
    ofResult(async () => 1)
    class Box {
      // @ts-expect-error a decorator cannot make a synchronous method asynchronous
      @cache()
      get(): number {
        return 1
      }
    }
    expect(Box).toBeDefined()
  })
})

describe('an invalidating function', () => {
  const setUp = () => {
    const service = boundCache()
    const runs: string[] = []
    const getArticle = cache({ name: 'getArticle', tags: (id: string) => ['articles', `article:${id}`] })(
      (id: string) => {
        runs.push(id)
        return runs.length
      },
    )
    const runsAgain = async (id: string): Promise<boolean> => {
      const before = runs.length
      await getArticle(id)
      return runs.length > before
    }
    return { service, getArticle, runsAgain }
  }

  it.each([
    ['tags', { tags: ['articles'] }, [true, true]],
    ['tags of its arguments', { tags: (id: string) => [`article:${id}`] }, [true, false]],
    ['tags of its result', { resultTags: (slug: string) => [`article:${slug}`] }, [false, true]],
    ['more tags than one call may have', { tags: [...Array(100).keys(), 'articles'].map(String) }, [true, true]],
    ['keys', { keys: ['getArticle:"2"'] }, [false, true]],
    ['a pattern', { pattern: 'getArticle:*' }, [true, true]],
    ['a pattern of its arguments', { pattern: (id: string) => `*"${id}"` }, [true, false]],
    ['keys and tags', { keys: ['getArticle:"1"'], tags: ['article:2'] }, [true, true]],
    ['nothing that is there', { keys: () => [], tags: () => [] }, [false, false]],
  ])('removes %s', async (_, options, expected) => {
    const { getArticle, runsAgain } = setUp()
    await getArticle('1')
    await getArticle('2')
    const update = invalidateCache(options)(async (_id: string) => '2')
    expect(await update('1')).toBe('2')
    expect([await runsAgain('1'), await runsAgain('2')]).toEqual(expected)
  })

  it('is typed by the key of the cached function', async () => {
    const { getArticle, runsAgain } = setUp()
    await getArticle('1')
    await invalidateCache({ keys: (id: string) => [getArticle.key(id)] })((id: string) => id)('1')
    expect(await runsAgain('1')).toBe(true)
  })

  it('removes nothing when it throws', async () => {
    const { getArticle, runsAgain } = setUp()
    await getArticle('1')
    const error = new Error('not saved')
    const update = invalidateCache({ tags: ['articles'] })(() => {
      throw error
    })
    await expect(update()).rejects.toBe(error)
    expect(await runsAgain('1')).toBe(false)
  })

  it('refuses a load that began before it ended', async () => {
    const service = boundCache()
    let stored = 'old'
    let begun = (): void => {}
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const read = cache({ tags: ['t'] })(async function read() {
      const value = stored
      begun()
      await gate
      return value
    })
    const write = invalidateCache({ tags: ['t'] })(async () => {
      stored = 'new'
    })
    const slow = read()
    await hasBegun
    await write()
    release()
    await slow
    expect(await read()).toBe('new')
    expect(await service.get(read.key())).toBe('new')
  })

  it('rejects with the error of the invalidation, after it tried every part', async () => {
    const failing = createCache({ backend: new MemoryBackend() })
    await failing.close()
    const { service, getArticle, runsAgain } = setUp()
    await getArticle('1')
    const saved = vi.fn()
    const owner = { cache: failing, update: invalidateCache({ tags: ['articles'] })(saved) }
    const error = await owner.update().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CacheError)
    expect(error).toMatchObject({ code: 'E_CLOSED' })
    expect(saved).toHaveBeenCalledTimes(1)
    expect(service).toBeInstanceOf(CacheService)
    expect(await runsAgain('1')).toBe(true)
  })

  it('still removes by its arguments when the tags of its result are wrong', async () => {
    const { getArticle, runsAgain } = setUp()
    await getArticle('1')
    const update = invalidateCache({ tags: ['articles'], resultTags: () => undefined as never })(() => 1)
    await expect(update()).rejects.toThrow(/resultTags is not a list/)
    expect(await runsAgain('1')).toBe(true)
  })

  it('does not run when its options fail or no cache is bound', async () => {
    const run = vi.fn()
    await expect(invalidateCache({ tags: ['a'] })(run)()).rejects.toThrow(/no cache is bound/)
    boundCache()
    await expect(invalidateCache({ tags: () => [''] })(run)()).rejects.toThrow(/tags is not a list/)
    await expect(invalidateCache({ tags: () => ['x'.repeat(256)] })(run)()).rejects.toThrow(/255 bytes/)
    expect(run).not.toHaveBeenCalled()
  })
})
