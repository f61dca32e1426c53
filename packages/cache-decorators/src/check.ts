import { badInput, toMs } from '@holdfast/cache-core'

/** A misspelt option is an error, not a default that nobody asked for. */
export function checkKnown(op: string, options: unknown, known: readonly string[]): void {
  if (typeof options === 'function') {
    throw badInput(`${op} was given a function instead of options`, `Write ${op}()(function name() {}) or @${op}()`, {
      op,
    })
  }
  if (options === null || typeof options !== 'object' || Array.isArray(options)) {
    throw badInput(`${op}: the options are not an object`, `Write { ${known.join(', ')} }`, { op })
  }
  for (const name in options) {
    if (known.includes(name)) continue
    throw badInput(`${op}: unknown option ${JSON.stringify(name)}`, `Known are ${known.join(', ')}`, { op })
  }
}

export function checkDuration(duration: unknown, option: string): void {
  if (duration !== undefined) toMs(duration, option)
}

export function checkStrings(op: string, option: string, list: unknown): asserts list is readonly string[] {
  if (Array.isArray(list) && list.every(isText)) return
  throw badInput(
    `${op}: ${option} is not a list of non-empty strings`,
    `Write ${option}: ['a'] or (...args) => ['a']`,
    { op },
  )
}

/** As many bytes of UTF-8 as an entry's tag may have. A longer one is on no entry. */
const MAX_TAG_BYTES = 255

export function checkTags(op: string, option: string, list: unknown): asserts list is readonly string[] {
  checkStrings(op, option, list)
  const long = list.find((tag) => Buffer.byteLength(tag) > MAX_TAG_BYTES)
  if (long === undefined) return
  const shown = JSON.stringify(long.slice(0, 40))
  throw badInput(`${op}: the tag ${shown} is longer than ${MAX_TAG_BYTES} bytes`, 'Shorten or hash it', { op })
}

export function checkString(op: string, option: string, text: unknown): asserts text is string {
  if (isText(text)) return
  throw badInput(`${op}: ${option} is not a non-empty string`, `Write ${option}: 'a' or (...args) => 'a'`, { op })
}

export function checkFunction(op: string, option: string, fn: unknown): void {
  if (fn === undefined || typeof fn === 'function') return
  throw badInput(`${op}: ${option} is not a function`, `Write ${option}: (result, ...args) => ['a']`, { op })
}

const isText = (text: unknown): text is string => typeof text === 'string' && text !== '' && text.isWellFormed()
