import {
  type ContainerRuntimeClient,
  GenericContainer,
  getContainerRuntimeClient,
  getReaper,
  ImageName,
  Wait,
} from 'testcontainers'
import { answers } from './answers.js'
import { freePort } from './free-port.js'
import { addressOf, type RedisOptions, type RedisServer, serverArguments, Unavailable } from './types.js'

export const image = () => process.env['HOLDFAST_TEST_REDIS_IMAGE'] || 'redis:7-alpine'

/** Containers of one test run carry it, so that the run can remove what a dead worker left. */
const runLabel = 'holdfast.test-run'
const runId = () => process.env['HOLDFAST_TEST_RUN'] ?? String(process.pid)
export const runLabels = () => ({ [runLabel]: runId() })

/** Where the engine may not make a bridge, containers listen on the loopback of the machine itself. */
export const onHostNetwork = () => process.env['HOLDFAST_TEST_REDIS_NETWORK'] === 'host'
export const serverProgram = () => (image().includes('valkey') ? 'valkey-server' : 'redis-server')

/** The engine, with an image in it. */
export async function engineWithImage(name = image()): Promise<ContainerRuntimeClient> {
  const engine = await getContainerRuntimeClient().catch(() => {
    throw new Unavailable('no Docker engine answers')
  })
  await haveImage(engine, name)
  await haveReaper(engine)
  return engine
}

/** A server in a container, its port mapped to the host. */
export async function startContainer(options: RedisOptions): Promise<RedisServer> {
  const engine = await engineWithImage()
  const port = await freePort()
  const program = serverProgram()
  const where = onHostNetwork() ? ['--port', String(port), '--bind', '127.0.0.1'] : []
  const defined = new GenericContainer(image())
    .withCommand([program, ...where, ...serverArguments(options)])
    .withLabels(runLabels())
    // the log, because the image need not have the tools to look at ports from within
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .withStartupTimeout(60_000)
  const started = await (onHostNetwork()
    ? defined.withNetworkMode('host')
    : defined.withExposedPorts({ container: 6379, host: port })
  ).start()

  const container = engine.container.getById(started.getId())
  const mapped = (await container.inspect()).NetworkSettings.Ports['6379/tcp']?.[0]?.HostIp
  // an engine may map to loopback only, and localhost may mean ::1, where the port need not be mapped
  const host = mapped === '127.0.0.1' || started.getHost() === 'localhost' ? '127.0.0.1' : started.getHost()
  const address = addressOf(host, port, options.password)
  let frozen = false

  const thaw = async () => {
    if (frozen) await container.unpause()
    frozen = false
  }
  const kill = async () => {
    // a paused container gets no signal
    await thaw()
    if ((await container.inspect()).State.Running) await container.kill()
  }

  await answers(address.url)
  return {
    ...address,
    how: 'container',
    freeze: async () => {
      if (!frozen) await container.pause()
      frozen = true
    },
    thaw,
    kill,
    restart: async () => {
      await kill()
      await container.start()
      await answers(address.url)
    },
    stop: async () => {
      await thaw()
      await started.stop({ timeout: 0 })
    },
  }
}

async function haveImage(engine: ContainerRuntimeClient, wanted: string): Promise<void> {
  const name = ImageName.fromString(wanted)
  if (await engine.image.exists(name)) return
  const reason = await engine.image.pull(name).catch((error: Error) => error.message)
  // a pull may end without the image and without an error
  if (await engine.image.exists(name)) return
  throw new Unavailable(`the Docker engine neither has nor gets the image ${wanted}${reason ? ` (${reason})` : ''}`)
}

/** Ryuk removes what a crash leaves. Where its image cannot be had the run sweeps after itself. */
async function haveReaper(engine: ContainerRuntimeClient): Promise<void> {
  await getReaper(engine).catch(() => {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
  })
}

/** Removes the containers of this run that are still there. */
export async function sweepContainers(): Promise<void> {
  const engine = await getContainerRuntimeClient()
  const left = await engine.container.dockerode.listContainers({
    all: true,
    filters: { label: [`${runLabel}=${runId()}`] },
  })
  // already being removed is as good
  await Promise.allSettled(left.map(({ Id }) => engine.container.getById(Id).remove({ force: true, v: true })))
}
