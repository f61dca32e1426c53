import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { checkConfig } from '@holdfast/cache-config'
import { parsed } from '../parsed.js'
import { paintFor, type Terminal } from '../terminal.js'
import { CHECK_HELP, EXIT, type Exit, UsageError } from '../usage.js'
import { connect } from './connect.js'
import { withEnvFiles } from './env-files.js'
import { print } from './print.js'
import { reportOf } from './report.js'

/** What a configuration that comes through a pipe is called. */
const STDIN = 'standard input'

/** `holdfast config check` */
export async function check(args: readonly string[], terminal: Terminal): Promise<Exit> {
  const { values, file } = read(args)
  if (values.help) {
    terminal.stdout.write(CHECK_HELP)
    return EXIT.FINE
  }
  const env = withEnvFiles(values['env-file'] ?? [], terminal.env)
  const piped = file === '-'
  if (piped && values.profile !== undefined)
    throw new UsageError('--profile lays a file beside another one; standard input has none beside it')
  const checked = piped
    ? checkConfig(STDIN, { env, text: await text(terminal.stdin) })
    : checkConfig(file, { env, profile: values.profile })
  const connected = values.connect && checked.config ? await connect(checked.config) : undefined
  const report = reportOf(checked, connected)
  terminal.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : print(report, paintFor(terminal)))
  return report.ok ? EXIT.FINE : EXIT.PROBLEMS
}

function read(args: readonly string[]) {
  const { values, positionals } = parsed(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        profile: { type: 'string', short: 'p' },
        'env-file': { type: 'string', multiple: true },
        connect: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  )
  const [file = '', ...more] = positionals
  if (values.help) return { values, file }
  if (file === '') throw new UsageError('which file? Write holdfast config check application.yaml')
  if (more.length > 0) throw new UsageError(`one file at a time, not also ${more.join(', ')}`)
  return { values, file }
}
