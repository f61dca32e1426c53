// npm test: sets the workspace up and runs every suite. Arguments after -- are passed on to vitest.
// The Redis that the suites need is found or started by test/redis-server; here it may also be installed.
import { join } from 'node:path'
import { root, run } from './run.mjs'
import { setup } from './setup.mjs'

await setup()

const vitest = join(root, 'node_modules/vitest/vitest.mjs')
process.exitCode = await run(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  env: { HOLDFAST_TEST_REDIS_INSTALL: '1' },
})
