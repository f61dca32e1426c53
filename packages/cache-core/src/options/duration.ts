import { badInput } from '../errors.js'

/** A number of **seconds**, or `'250ms' '30s' '5m' '2h' '1d' '1w'`. Positive; `Infinity` is for ever. */
export type Duration = number | string

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const SHAPE = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/
const REMEDY =
  "Write a positive number of seconds, Infinity, or a string such as '250ms', '30s', '5m', '2h', '1d' or '1w'"

const shown = (value: unknown): string =>
  typeof value === 'string'
    ? JSON.stringify(value.slice(0, 40))
    : typeof value === 'number'
      ? String(value)
      : typeof value

/** Strings that were read before: a service writes the same few all the time. */
const known = new Map<string, number>()
const MAX_KNOWN = 1000

function parsed(duration: string): number {
  const parts = SHAPE.exec(duration)
  const ms = parts ? Number(parts[1]) * UNIT_MS[parts[2] as string]! : Number.NaN
  if (known.size < MAX_KNOWN && duration.length < 20) known.set(duration, ms)
  return ms
}

/** Whole milliseconds, at least 1. Anything but a {@link Duration} is `E_CONFIG`, naming the option. */
export function toMs(duration: unknown, option: string): number {
  const ms =
    typeof duration === 'number'
      ? duration * 1000
      : typeof duration === 'string'
        ? (known.get(duration) ?? parsed(duration))
        : Number.NaN
  if (!(ms > 0)) throw badInput(`${option} is ${shown(duration)}, which is not a duration`, REMEDY)
  return ms === Number.POSITIVE_INFINITY ? ms : Math.max(1, Math.round(ms))
}
