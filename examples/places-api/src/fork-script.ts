import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** Runs a TypeScript file as a process of its own, which says what it has to say by message. */
export function forkScript(file: URL, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const path = fileURLToPath(file)
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
  return fork(path, args, { env: { ...process.env, ...env }, execArgv: ['--import', tsx], stdio: [...stdio] })
}
