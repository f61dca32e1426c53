import { GenericContainer, Wait } from 'testcontainers'
import { answers } from '../answers.js'
import { engineWithImage, image, onHostNetwork, runLabels, serverProgram } from '../container.js'
import { freePort } from '../free-port.js'
import type { Machine } from './machine.js'

const FOLDER = '/tmp'

/**
 * All servers in one container: there and outside they have the same address, 127.0.0.1 and their port,
 * which is what they tell each other and every client. Its first process is a server that nobody uses.
 */
export async function container(ports: readonly number[]): Promise<Machine> {
  await engineWithImage()
  const idle = await freePort()
  const program = serverProgram()
  const defined = new GenericContainer(image())
    .withCommand([program, '--port', String(idle), '--save', '', '--protected-mode', 'no'])
    .withLabels(runLabels())
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(60_000)
  const started = await (onHostNetwork()
    ? defined.withNetworkMode('host')
    : defined.withExposedPorts(...ports.map((port) => ({ container: port, host: port })))
  ).start()

  const run = async (command: string[]): Promise<void> => {
    const { exitCode, output } = await started.exec(command)
    if (exitCode !== 0) throw new Error(`${command.join(' ')}: exit code ${exitCode}\n${output}`)
  }
  const pidFile = (port: number): string => `${FOLDER}/${port}.pid`
  // The shell's own words only: the image need not have other tools. A server that is gone is no failure.
  const signal = (port: number, name: string) =>
    run(['sh', '-c', `read -r pid <${pidFile(port)} && { kill -${name} "$pid" || true; }`])

  return {
    how: 'container',
    folder: FOLDER,
    start: async (port, given) => {
      // A mapped port leads to the container's own address, not to its loopback.
      const bind = onHostNetwork() ? ['--bind', '127.0.0.1'] : ['--bind', '0.0.0.0', '--protected-mode', 'no']
      const address = ['--port', String(port), ...bind, '--dir', FOLDER]
      const log = `${FOLDER}/${port}.log`
      await run([program, ...given, ...address, '--daemonize', 'yes', '--pidfile', pidFile(port), '--logfile', log])
      await answers(`redis://127.0.0.1:${port}`).catch(async (cause: unknown) => {
        const { output } = await started.exec(['sh', '-c', `while read -r line; do echo "$line"; done <${log}`])
        throw new Error(`The server at ${port} does not start:\n${output}`, { cause })
      })
    },
    kill: (port) => signal(port, 'KILL'),
    freeze: (port) => signal(port, 'STOP'),
    thaw: (port) => signal(port, 'CONT'),
    write: async (name, lines) => {
      const path = `${FOLDER}/${name}`
      await run(['sh', '-c', `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >${path}`])
      return path
    },
    stop: async () => void (await started.stop({ timeout: 0 })),
  }
}
