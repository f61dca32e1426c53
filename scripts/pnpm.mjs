// Runs pnpm in exactly the version that package.json names, with nothing but Node and npm on the machine.
//   node scripts/pnpm.mjs <arguments of pnpm>
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readJson, root, run } from './run.mjs'

const version = readJson('package.json')
  .packageManager.replace(/^pnpm@/, '')
  .replace(/\+.*$/, '')

const installedVersion = () => {
  const found = spawnSync('pnpm', ['--version'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
    // the shim of corepack must not ask whether it may download
    env: { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  })
  return found.status === 0 ? found.stdout.trim() : undefined
}

let command

/** Resolves to the exit code of pnpm. */
export const pnpm = (args, options) => {
  command ??= installedVersion() === version ? ['pnpm'] : ['npx', '--yes', `pnpm@${version}`]
  const [program, ...first] = command
  return run(program, [...first, ...args], options)
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await pnpm(process.argv.slice(2))
}
