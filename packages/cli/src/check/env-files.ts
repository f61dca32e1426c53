import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { UsageError } from '../usage.js'

type Env = Readonly<Record<string, string | undefined>>

/** The environment over what the files say, a later file over an earlier one: as `node --env-file` has it. */
export function withEnvFiles(files: readonly string[], env: Env): Env {
  const read = files.map((file) => {
    try {
      return parseEnv(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`)
    }
  })
  return Object.assign({}, ...read, env) as Env
}
