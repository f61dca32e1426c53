import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { parsed } from './parsed.js'
import type { Terminal } from './terminal.js'
import { EXIT, type Exit, SCHEMA_HELP } from './usage.js'

/** `holdfast config schema` */
export function schema(args: readonly string[], { stdout }: Terminal): Exit {
  const { values } = parsed(() => parseArgs({ args: [...args], options: { help: { type: 'boolean', short: 'h' } } }))
  const published = createRequire(import.meta.url).resolve('@holdfast/cache-config/schema.json')
  stdout.write(values.help ? SCHEMA_HELP : readFileSync(published, 'utf8'))
  return EXIT.FINE
}
