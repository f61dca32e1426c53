// Installs what the lockfile says and builds the packages. Both are quick when nothing has changed, and quiet unless
// they fail.
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pnpm } from './pnpm.mjs'

const steps = [
  ['Installing', ['install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false']],
  ['Building', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only']],
]

/** Exits the process with the code of the step that failed. */
export const setup = async () => {
  for (const [name, args] of steps) {
    console.error(`${name} ...`)
    const status = await pnpm(args, { quiet: true, env: { TURBO_TELEMETRY_DISABLED: '1' } })
    if (status === 0) continue
    console.error(`${name} failed: pnpm ${args.join(' ')}`)
    process.exit(status)
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await setup()
