import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The content of a JSON file of the repository. */
export const readJson = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))

/**
 * Runs a command in the repository and resolves to its exit code. `quiet` keeps the output back unless the command
 * fails. Signals that we get are passed on, and we outlive the child so that its exit code is the one reported.
 */
export const run = (command, args, { quiet = false, env = {}, cwd = root } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      // npx and pnpm are .cmd files on Windows, which only a shell starts
      shell: process.platform === 'win32' && command !== process.execPath,
    })
    const kept = []
    child.stdout?.on('data', (chunk) => kept.push(chunk))
    child.stderr?.on('data', (chunk) => kept.push(chunk))

    const pass = (signal) => {
      // a terminal has sent Ctrl-C to the child already; a second one would mean "now!"
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, pass)
    // npm signals only the shell that it wraps around us: when that is gone, nobody else stops the child
    const parent = process.ppid
    const orphaned = () => process.ppid !== parent && child.kill('SIGTERM')
    const watch = process.env.npm_lifecycle_event ? setInterval(orphaned, 250) : undefined
    const done = () => {
      clearInterval(watch)
      for (const signal of signals) process.off(signal, pass)
    }

    child.once('error', (error) => {
      done()
      reject(error)
    })
    child.once('close', (code, signal) => {
      done()
      const status = code ?? 128 + constants.signals[signal]
      if (status !== 0 && quiet) process.stderr.write(Buffer.concat(kept))
      resolve(status)
    })
  })
