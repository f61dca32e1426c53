import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers } from '../answers.js'
import { findBinary } from '../process.js'
import { Unavailable } from '../types.js'
import type { Machine } from './machine.js'

/** Servers as child processes. */
export async function processes(): Promise<Machine> {
  const binary = findBinary()
  if (binary === undefined) throw new Unavailable('no redis-server or valkey-server on PATH')
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-redis-'))
  const children = new Map<number, ChildProcess>()

  const kill = async (port: number): Promise<void> => {
    const child = children.get(port)
    children.delete(port)
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  // a test process that dies without stop() must not leave servers behind
  const orphaned = (): void => {
    for (const child of children.values()) child.kill('SIGKILL')
  }
  process.on('exit', orphaned)

  return {
    how: 'process',
    folder,
    start: async (port, args) => {
      const all = [...args, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
      children.set(port, spawn(binary, all, { stdio: 'ignore' }))
      await answers(`redis://127.0.0.1:${port}`)
    },
    kill,
    freeze: async (port) => void children.get(port)?.kill('SIGSTOP'),
    thaw: async (port) => void children.get(port)?.kill('SIGCONT'),
    write: async (name, lines) => {
      const path = join(folder, name)
      writeFileSync(path, `${lines.join('\n')}\n`)
      return path
    },
    stop: async () => {
      process.off('exit', orphaned)
      await Promise.all([...children.keys()].map(kill))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
