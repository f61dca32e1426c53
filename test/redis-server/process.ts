import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { answers } from './answers.js'
import { freePort } from './free-port.js'
import { install } from './install.js'
import { addressOf, type RedisOptions, type RedisServer, serverArguments, Unavailable } from './types.js'

export const findBinary = () =>
  ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)

/** A server as a child process on a loopback port. */
export async function startProcess(options: RedisOptions): Promise<RedisServer> {
  const binary = findBinary() ?? (install('redis-server') ? findBinary() : undefined)
  if (binary === undefined) throw new Unavailable('no redis-server or valkey-server on PATH')

  const address = addressOf('127.0.0.1', await freePort(), options.password)
  let child: ChildProcess | undefined

  const start = async () => {
    const args = ['--port', String(address.port), '--bind', '127.0.0.1', '--dir', tmpdir(), ...serverArguments(options)]
    const started = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    let log = ''
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (chunk) => (log = (log + chunk).slice(-4_000)))
    const ended = once(started, 'exit').then(() => {
      throw new Error(`${binary} ended at once:\n${log}`)
    })
    // after the race nobody listens
    ended.catch(() => {})
    await Promise.race([answers(address.url), ended])
  }

  const kill = async () => {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    ending.kill('SIGKILL')
    await once(ending, 'exit')
  }

  // a test process that dies without stop() must not leave a server behind
  const orphaned = () => child?.kill('SIGKILL')
  process.on('exit', orphaned)
  await start()

  return {
    ...address,
    how: 'process',
    freeze: async () => void child?.kill('SIGSTOP'),
    thaw: async () => void child?.kill('SIGCONT'),
    kill,
    restart: async () => {
      await kill()
      await start()
    },
    stop: async () => {
      process.off('exit', orphaned)
      await kill()
    },
  }
}
