/**
 * Reads the text of arguments back, on its own and without a look at the encoder. That it can is the proof that no two
 * lists of arguments share a text.
 */
export function readArguments(text: string): unknown[] {
  let at = 0

  const take = (part: string): boolean => {
    if (!text.startsWith(part, at)) return false
    at += part.length
    return true
  }
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }
  const list = <T>(end: string, item: () => T): T[] => {
    const items: T[] = []
    if (end !== '' && take(end)) return items
    do items.push(item())
    while (take(','))
    if (!take(end)) throw new Error(`expected ${end} at ${at} in ${text}`)
    return items
  }
  const pair = (): [unknown, unknown] => {
    const key = value()
    if (!take(':')) throw new Error(`expected : at ${at} in ${text}`)
    return [key, value()]
  }
  const array = (): unknown[] => {
    const items = list(']', () => (take('_') ? undefined : { value: value() }))
    const result = new Array<unknown>(items.length)
    items.forEach((item, index) => {
      if (item !== undefined) result[index] = item.value
    })
    return result
  }
  const object = (): object => {
    const result = {}
    for (const [key, item] of list('}', pair)) {
      Object.defineProperty(result, key as string, {
        value: item,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    return result
  }
  const value = (): unknown => {
    if (take('null')) return null
    if (take('undefined')) return undefined
    if (take('true')) return true
    if (take('false')) return false
    if (take('NaN')) return Number.NaN
    if (take('Date(')) {
      const [time] = list(')', value)
      return new Date(time as number)
    }
    if (take('Map(')) return new Map(list(')', pair))
    if (take('Set(')) return new Set(list(')', value))
    if (take('URL(')) return new URL(list(')', value)[0] as string)
    if (take('[')) return array()
    if (take('{')) return object()
    const quoted = match(/"(?:[^"\\]|\\.)*"/y)
    if (quoted !== undefined) return JSON.parse(quoted)
    const big = match(/-?\d+n/y)
    if (big !== undefined) return BigInt(big.slice(0, -1))
    const number = match(/-?(?:Infinity|\d+(?:\.\d+)?(?:e[+-]\d+)?)/y)
    if (number !== undefined) return Number(number)
    throw new Error(`nothing known at ${at} in ${text}`)
  }

  const args = text === '' ? [] : list('', value)
  if (at !== text.length) throw new Error(`more than arguments at ${at} in ${text}`)
  return args
}
