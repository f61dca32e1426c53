import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answers } from '../answers.js'
import { findBinary } from '../process.js'
import { Unavailable } from '../types.js'
import { clusterArguments, type Machine } from './machine.js'

/** The servers of a cluster as child processes. */
export async function processes(): Promise<Machine> {
  const binary = findBinary()
  if (binary === undefined) throw new Unavailable('no redis-server or valkey-server on PATH')
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cluster-'))
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
    start: async (port) => {
      children.set(port, spawn(binary, clusterArguments(port, folder), { stdio: 'ignore' }))
      await answers(`redis://127.0.0.1:${port}`)
    },
    kill,
    freeze: async (port) => void children.get(port)?.kill('SIGSTOP'),
    thaw: async (port) => void children.get(port)?.kill('SIGCONT'),
    stop: async () => {
      process.off('exit', orphaned)
      await Promise.all([...children.keys()].map(kill))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
