import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cache, cacheable, invalidateCache, methodKey } from '../../src/index.js'
import { boundCache } from '../fresh-cache.js'
import { methodPromises } from '../method-promises.js'
import * as library from './library.js'

methodPromises('standard', library)

describe('standard decorators', () => {
  it('are tested with the same library as the legacy ones', () => {
    const read = (folder: string) => readFileSync(new URL(`../${folder}/library.ts`, import.meta.url), 'utf8')
    const code = (text: string) => text.split('\n').filter((line) => !line.startsWith('//'))
    expect(code(read('legacy'))).toEqual(code(read('standard')))
  })

  it('reach private methods that have a name', async () => {
    boundCache()
    let runs = 0
    class Box {
      @cache({ name: 'Box.secret' })
      async #secret(id: string): Promise<string> {
        runs++
        return id
      }
      open(id: string): Promise<string> {
        return this.#secret(id)
      }
    }
    expect(await new Box().open('1')).toBe('1')
    expect(await new Box().open('1')).toBe('1')
    expect(runs).toBe(1)
  })

  it('refuse a private method without a name or key', () => {
    expect(() => {
      class Box {
        @cache()
        async #secret(): Promise<number> {
          return 1
        }
        open = () => this.#secret()
      }
      return Box
    }).toThrow(/method #secret has no name/)
  })

  it('work on a class that another decorator covers', async () => {
    boundCache()
    const covered = <F extends (...args: never[]) => unknown>(method: F, _: ClassMethodDecoratorContext): F =>
      function (this: unknown, ...args: never[]) {
        return method.apply(this, args)
      } as F
    class Box {
      @covered
      @cache()
      async get(id: string): Promise<string> {
        return id
      }
    }
    class Inner extends Box {
      @covered
      @cache()
      override async get(id: string): Promise<string> {
        return super.get(id)
      }
    }
    expect(await new Box().get('1')).toBe('1')
    // whose method the cached one is cannot be told here, and a guess could mix two of them up
    await expect(new Inner().get('1')).rejects.toThrow(/another decorator covers it/)
    const box = new Box()
    expect(() => methodKey(box, box.get, '1')).toThrow(/the method is not cached/)
  })

  it('refuse a class without a name', async () => {
    boundCache()
    const make = () =>
      class {
        @cache()
        async get(): Promise<number> {
          return 1
        }
      }
    const classes = [make()]
    await expect(new classes[0]!().get()).rejects.toThrow(/the class of get has no name/)
  })

  it.each([
    ['getter', 'cache', cache()],
    ['accessor', 'cacheable', cacheable()],
    ['field', 'invalidateCache', invalidateCache({ tags: ['a'] })],
    ['class', 'cache', cache()],
  ])('refuse a %s', (kind, op, decorate) => {
    const misuse = decorate as unknown as (value: unknown, context: object) => unknown
    expect(() => misuse(() => 1, { kind, name: 'x', static: false, private: false })).toThrow(
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(`^${op} stands on a ${kind}`) }),
    )
  })
})
