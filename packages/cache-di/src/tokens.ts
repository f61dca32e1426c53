/** What a container is asked for: a class, for an instance of it, or a symbol. */
export type Token<T> = symbol | (abstract new (...args: never[]) => T)

const CACHE_SERVICE = Symbol.for('holdfast.CacheService')

/** What two tokens have in common that mean the same: the ESM and the CJS build of a package have a `CacheService` each. */
export const identityOf = (token: Token<unknown>): unknown =>
  typeof token === 'function' && Object.hasOwn(token, CACHE_SERVICE) ? CACHE_SERVICE : token

export const nameOfToken = (token: Token<unknown>): string =>
  typeof token === 'symbol' ? String(token) : token?.name || String(token)
