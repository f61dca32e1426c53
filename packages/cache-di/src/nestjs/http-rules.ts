/** The rules of RFC 9111 that a shared cache keeps, as far as a handler's result goes. */

export type Headers = Readonly<Record<string, number | string | readonly string[] | undefined>>

const textOf = (headers: Headers, name: string): string => {
  const value = headers[name]
  return value === undefined ? '' : String(value)
}

const directives = (headers: Headers): ReadonlyMap<string, string> =>
  new Map(
    textOf(headers, 'cache-control')
      .toLowerCase()
      .split(',')
      .map((part) => {
        const [name = '', value = ''] = part.split('=')
        return [name.trim(), value.trim().replace(/^"|"$/g, '')] as const
      }),
  )

const PERSONAL = ['authorization', 'cookie']

/** Whether a request may be answered from a cache, and its answer be kept. */
export function mayAsk(method: string, headers: Headers, vary: readonly string[]): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (PERSONAL.some((name) => headers[name] !== undefined && !vary.includes(name))) return false
  const asked = directives(headers)
  return !asked.has('no-store') && !asked.has('no-cache') && headers['range'] === undefined
}

/** For how many seconds a response may be kept: nothing if not at all, `undefined` if it does not say. */
export function mayKeep(status: number, headers: Headers): { readonly seconds: number | undefined } | undefined {
  if (status < 200 || status > 299 || status === 206) return undefined
  if (headers['set-cookie'] !== undefined || textOf(headers, 'vary').includes('*')) return undefined
  const said = directives(headers)
  if (said.has('no-store') || said.has('private') || said.has('no-cache')) return undefined
  const age = said.get('s-maxage') ?? said.get('max-age')
  if (age === undefined) return { seconds: undefined }
  const seconds = Number(age)
  return Number.isFinite(seconds) && seconds > 0 ? { seconds } : undefined
}

/** Whether the requester has this representation already. Weak comparison, as for every GET. */
export function hasAlready(headers: Headers, etag: string): boolean {
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '')
  const asked = textOf(headers, 'if-none-match')
  return asked.trim() === '*' || asked.split(',').some((tag) => opaque(tag) === opaque(etag))
}
