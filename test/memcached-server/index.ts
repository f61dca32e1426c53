import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenericContainer, Wait } from 'testcontainers'
import { engineWithImage, onHostNetwork, runLabels } from '../redis-server/container.js'
import { freePort } from '../redis-server/free-port.js'
import { install } from '../redis-server/install.js'
import { Unavailable } from '../redis-server/types.js'

export interface MemcachedServer {
  readonly address: string
  stop(): Promise<void>
}

/** A real Memcached: a container, else a process, as with Redis. */
export async function startMemcached(): Promise<MemcachedServer> {
  if (process.env['HOLDFAST_TEST_REDIS_HOW'] !== 'process') {
    try {
      return await startContainer()
    } catch (error) {
      if (!(error instanceof Unavailable) || process.env['HOLDFAST_REQUIRE_CONTAINERS'] === '1') throw error
    }
  }
  return startProcess()
}

const serverArguments = (port: number, listen: string): string[] => ['-vv', '-p', String(port), '-l', listen]

async function startContainer(): Promise<MemcachedServer> {
  const image = process.env['HOLDFAST_TEST_MEMCACHED_IMAGE'] || 'memcached:1.6-alpine'
  await engineWithImage(image)
  const port = await freePort()
  const inside = onHostNetwork() ? port : 11_211
  const defined = new GenericContainer(image)
    .withCommand(['memcached', '-u', 'root', ...serverArguments(inside, onHostNetwork() ? '127.0.0.1' : '0.0.0.0')])
    .withLabels(runLabels())
    .withWaitStrategy(Wait.forLogMessage(/server listening/))
    .withStartupTimeout(60_000)
  const started = await (onHostNetwork()
    ? defined.withNetworkMode('host')
    : defined.withExposedPorts({ container: inside, host: port })
  ).start()
  return { address: `127.0.0.1:${port}`, stop: async () => void (await started.stop({ timeout: 0 })) }
}

const present = (): boolean => spawnSync('memcached', ['--version'], { stdio: 'ignore' }).status === 0

async function startProcess(): Promise<MemcachedServer> {
  if (!present() && !(install('memcached') && present()))
    throw new Error('No Memcached to test against: start Docker, or install memcached.')
  const port = await freePort()
  const asRoot = process.getuid?.() === 0 ? ['-u', 'root'] : []
  const child = spawn('memcached', [...asRoot, ...serverArguments(port, '127.0.0.1')], { stdio: 'ignore' })
  const orphaned = (): void => void child.kill('SIGKILL')
  process.on('exit', orphaned)
  await listens(port, child)
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      process.off('exit', orphaned)
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

async function listens(port: number, child: ChildProcess): Promise<void> {
  for (let turn = 0; ; turn++) {
    if (child.exitCode !== null) throw new Error(`memcached ended at once with ${child.exitCode}`)
    if (turn > 500) throw new Error('memcached does not listen')
    const socket = connect(port, '127.0.0.1')
    const there = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (there) return
    await sleep(20)
  }
}
