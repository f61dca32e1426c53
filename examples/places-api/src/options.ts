import { parseArgs } from 'node:util'

export interface Options {
  readonly help: boolean
  readonly serve: boolean
  readonly port: number
  readonly rows: number
}

export const usage = `Usage: npm start -- [options]

Plays a day of traffic against the service and tells what happened.

  --serve        stay up and serve instead
  --port <port>  where to serve (3000 with --serve, otherwise a free port)
  --rows <rows>  how many places to load, the largest first (all of them)
  --help         show this

  REDIS_URL      use this Redis for the cache; the day then has a second process
  DATABASE_URL   use the database of a running service, as it printed it`

export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      serve: { type: 'boolean', default: false },
      port: { type: 'string' },
      rows: { type: 'string' },
    },
  })
  return {
    help: values.help,
    serve: values.serve,
    port: wholeNumber('--port', values.port, 0, 65_535) ?? (values.serve ? 3000 : 0),
    rows: wholeNumber('--rows', values.rows, 1, 1_000_000) ?? Number.POSITIVE_INFINITY,
  }
}

function wholeNumber(name: string, value: string | undefined, least: number, most: number): number | undefined {
  if (value === undefined) return undefined
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return number
  throw new Error(`${name} must be a whole number from ${least} to ${most}, not '${value}'`)
}
