export type Mapping = Readonly<Record<string, unknown>>

/** An object that came from a file or an object literal. */
export function isMapping(value: unknown): value is Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** The same without what is `undefined`, for targets that tell a missing option from an undefined one. */
export type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

export const given = <T extends object>(object: T): Given<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Given<T>

/** Every part of a value, with where it stands. Lists and mappings are rebuilt around what `leaf` returns. */
export function mapLeaves(value: unknown, leaf: (value: unknown, path: Path) => unknown, path: Path = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => mapLeaves(item, leaf, [...path, index]))
  if (!isMapping(value)) return leaf(value, path)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, leaf, [...path, key])]))
}

export type Path = readonly (string | number)[]

export const at = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined,
    root,
  )
