import { describe, expect, it } from 'vitest'
import { cache } from '../../src/index.js'
import { boundCache } from '../fresh-cache.js'
import { methodPromises } from '../method-promises.js'
import * as library from './library.js'

methodPromises('legacy', library)

describe('legacy decorators', () => {
  it('are what this folder is compiled to', () => {
    let seen: unknown[] = []
    const spy = (...args: unknown[]): void => {
      seen = args
    }
    class Box {
      @spy
      get(): void {}
    }
    expect(seen).toEqual([Box.prototype, 'get', expect.objectContaining({ configurable: true })])
  })

  it('know their class even when another decorator covers the method', async () => {
    boundCache()
    const cover = (_: object, __: string, descriptor: PropertyDescriptor): PropertyDescriptor => {
      const method = descriptor.value as (...args: unknown[]) => unknown
      return {
        ...descriptor,
        value(this: unknown, ...args: unknown[]) {
          return method.apply(this, args)
        },
      }
    }
    class Box {
      @cover
      @cache()
      async get(id: string): Promise<string> {
        return `box ${id}`
      }
    }
    class Inner extends Box {
      @cover
      @cache()
      override async get(id: string): Promise<string> {
        return `inner ${await super.get(id)}`
      }
    }
    expect(await new Inner().get('1')).toBe('inner box 1')
    expect(await new Box().get('1')).toBe('box 1')
  })

  it('refuse accessors, fields, parameters and classes', () => {
    const misuse = cache() as unknown as (...args: unknown[]) => unknown
    const refusal = (what: string) =>
      expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(what) })
    class Box {
      get x(): number {
        return 1
      }
    }
    const getter = Object.getOwnPropertyDescriptor(Box.prototype, 'x')
    expect(() => misuse(Box.prototype, 'x', getter)).toThrow(refusal('an accessor'))
    expect(() => misuse(Box.prototype, 'y', undefined)).toThrow(refusal('a field or parameter'))
    expect(() => misuse(Box.prototype, 'z', 0)).toThrow(refusal('a field or parameter'))
    expect(() => misuse(Box)).toThrow(refusal('a class'))
  })
})
