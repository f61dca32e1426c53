import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { withoutCredentials } from '@holdfast/cache-core'
import { check } from './check/command.js'
import { parsed } from './parsed.js'
import { schema } from './schema.js'
import { plain, type Terminal } from './terminal.js'
import { EXIT, type Exit, HELP, UsageError } from './usage.js'

type Command = (args: readonly string[], terminal: Terminal) => Exit | Promise<Exit>

const COMMANDS: Readonly<Record<string, Command>> = { check, schema }

/** Runs one command line, without the names of Node and the program. Resolves to the exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<Exit> {
  try {
    return await run(args, terminal)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    terminal.stderr.write(`holdfast: ${plain(withoutCredentials(error.message))}\nTry holdfast --help\n`)
    return EXIT.USAGE
  }
}

function run(args: readonly string[], terminal: Terminal): Exit | Promise<Exit> {
  const [group, name, ...rest] = args
  if (group === 'config' && name !== undefined && !name.startsWith('-')) {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (command === undefined) throw new UsageError(`there is no command config ${name}; there are check and schema`)
    return command(rest, terminal)
  }
  if (group !== undefined && group !== 'config' && !group.startsWith('-'))
    throw new UsageError(`there is no command ${group}; there is config`)
  const { help, version } = options(group === 'config' ? args.slice(1) : args)
  if (version) terminal.stdout.write(`${versionOf()}\n`)
  else if (help) terminal.stdout.write(HELP)
  else terminal.stderr.write(HELP)
  return help || version ? EXIT.FINE : EXIT.USAGE
}

function options(args: readonly string[]): { readonly help?: boolean; readonly version?: boolean } {
  return parsed(() =>
    parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    }),
  ).values
}

function versionOf(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }
  return version
}
