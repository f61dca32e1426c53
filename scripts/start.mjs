// npm start: sets the workspace up and runs the example service. Arguments after -- are passed on to it.
import { join } from 'node:path'
import { root, run } from './run.mjs'
import { setup } from './setup.mjs'

await setup()

// One process instead of pnpm, a shell and tsx: signals and the exit code need nobody to pass them on.
const loader = import.meta.resolve('tsx')
process.exitCode = await run(process.execPath, ['--import', loader, 'src/main.ts', ...process.argv.slice(2)], {
  cwd: join(root, 'examples/places-api'),
})
