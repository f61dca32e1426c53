import type { CacheService, Duration } from '@holdfast/cache-core'

// biome-ignore lint/suspicious/noExplicitAny: the one type that every function has, whatever its this and arguments
export type AnyFunction = (this: any, ...args: any[]) => any

// biome-ignore lint/suspicious/noExplicitAny: unless an option's function names its arguments, they may be anything
export type AnyArguments = any[]

// biome-ignore lint/suspicious/noExplicitAny: nor what they lead to
export type AnyResult = any

/** A value, or a function of the call's arguments that gives it. `this` is the `this` of the call. */
// biome-ignore lint/suspicious/noExplicitAny: which class a method belongs to is not known where its options are written
export type Of<A extends AnyArguments, T> = T | ((this: any, ...args: A) => T)

/** Which cache to use. A function is asked on every call; it is given the instance, or `undefined` without one. */
// biome-ignore lint/suspicious/noExplicitAny: which class a method belongs to is not known where its options are written
export type CacheChoice = CacheService | ((instance: any) => CacheService)

/** Options of {@link cache} and {@link cacheable}. `A` are the arguments of the cached function, `R` what it resolves to. */
export interface CachedOptions<A extends AnyArguments = AnyArguments, R = AnyResult> {
  /**
   * What the function's keys begin with. Name it when others share the store, when code is minified, or when two
   * functions of one name are cached: functions of one name share their entries. Not empty; without `"`, `(`, `[`, `{`.
   * @default the function's name; `Class.method`; `Class.static.method`
   */
  readonly name?: string
  /** @default the cache's defaultTtl */
  readonly ttl?: Duration
  /** How long a stale value is kept, to be served when the function fails. @default the cache's grace */
  readonly grace?: Duration
  /** The lifetime of a result that is `null` or `undefined`. @default ttl */
  readonly negativeTtl?: Duration
  /** At most 64, each at most 255 bytes. @default none */
  readonly tags?: Of<A, readonly string[]>
  /**
   * More tags, which only the result can tell. They are added to `tags`.
   * @default none
   */
  // biome-ignore lint/suspicious/noExplicitAny: which class a method belongs to is not known where its options are written
  readonly resultTags?: (this: any, result: R, ...args: A) => readonly string[]
  /**
   * The whole key; `name` is not put before it.
   * @default the name, a colon and the encoded arguments
   */
  readonly key?: Of<A, string>
  /** @default for `cacheable` the instance's own `cache`; else the cache given to `bindCache` */
  readonly cache?: CacheChoice
}

/** Options of {@link invalidateCache}. At least one of `tags`, `resultTags`, `keys` and `pattern` is needed. */
export interface InvalidateOptions<A extends AnyArguments = AnyArguments, R = AnyResult> {
  readonly tags?: Of<A, readonly string[]>
  /** More tags, which only the result can tell. */
  // biome-ignore lint/suspicious/noExplicitAny: which class a method belongs to is not known where its options are written
  readonly resultTags?: (this: any, result: R, ...args: A) => readonly string[]
  /** Whole keys, such as a cached function's own `key` gives them. */
  readonly keys?: Of<A, readonly string[]>
  /** A glob, as for `deletePattern`. Pass what users wrote through `escapeGlob` of cache-core. */
  readonly pattern?: Of<A, string>
  /** @default the instance's own `cache` and the cache given to `bindCache`: both, when there are both */
  readonly cache?: CacheChoice
}

/** The same function, which now surely returns a promise. */
export type Promised<F extends AnyFunction> =
  ReturnType<F> extends Promise<unknown>
    ? F
    : (this: ThisParameterType<F>, ...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>>

/** A cached function. */
export type Cached<F extends AnyFunction> = Promised<F> & {
  /** The key under which the result for these arguments is kept. */
  key(...args: Parameters<F>): string
}

/**
 * A function that the options suit: its arguments may be given to their functions, and its result too. It may take more
 * arguments than they look at. A method's parameters are compared both ways, and so either may be the more precise.
 */
type Suiting<A extends AnyArguments, R> = {
  method(...args: [...A, ...AnyArguments]): R | Promise<R>
}['method']

type SuitingAsync<A extends AnyArguments, R> = {
  method(...args: [...A, ...AnyArguments]): Promise<R>
}['method']

interface MethodDecorators<A extends AnyArguments, R> {
  /** A standard (stage 3) method decorator. */
  <F extends SuitingAsync<A, R>>(method: F, context: ClassMethodDecoratorContext): F
  /** A legacy (`experimentalDecorators`) method decorator. */
  <F extends SuitingAsync<A, R>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): TypedPropertyDescriptor<F>
}

/** What `cache(options)` gives: a function wrapper, a standard method decorator and a legacy one in one. */
export interface CacheDecorator<A extends AnyArguments = AnyArguments, R = AnyResult> extends MethodDecorators<A, R> {
  <F extends Suiting<A, R>>(fn: F): Cached<F>
}

/** What `invalidateCache(options)` gives: a function wrapper, a standard method decorator and a legacy one in one. */
export interface InvalidateDecorator<A extends AnyArguments = AnyArguments, R = AnyResult>
  extends MethodDecorators<A, R> {
  <F extends Suiting<A, R>>(fn: F): Promised<F>
}
