/** The command line makes no sense: exit code 2. */
export class UsageError extends Error {}

export const EXIT = {
  FINE: 0,
  /** Problems were found. */
  PROBLEMS: 1,
  /** Nothing was looked at. */
  USAGE: 2,
} as const

export type Exit = (typeof EXIT)[keyof typeof EXIT]

export const HELP = `Usage: holdfast <command> [options]

Commands:
  config check <file>   check a configuration and show the caches it defines
  config schema         print the JSON Schema of a configuration

Options:
  -h, --help            show this, or the help of a command
  -v, --version         show the version
`

export const CHECK_HELP = `Usage: holdfast config check <file> [options]

Checks a YAML or JSON configuration as the application would load it, with the
profile's file beside it, the HOLDFAST_CACHE__... variables and every \${VAR}.
Tells everything that is wrong, with its place, or shows the caches that it
defines. Passwords are never shown. Connects to nothing, unless told to.

  <file>                the configuration; - reads it from standard input

Options:
  -p, --profile <name>  lay <file>.<name>.<ext> over it; else HOLDFAST_PROFILE
      --env-file <file> take variables from a .env file too; those that are set
                        already win; may be given several times
      --connect         also open the backends and ask each for its health
      --json            print one JSON object
  -h, --help            show this

Exit code: 0 fine, 1 problems found or a backend that is not up, 2 wrong usage
`

export const SCHEMA_HELP = `Usage: holdfast config schema

Prints the JSON Schema of a configuration, for editors and validators.

Options:
  -h, --help            show this
`
