import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from '../free-port.js'
import { startMachine } from '../machine/index.js'
import { severalTries } from '../several-tries.js'

const SLOTS = 16_384
const FORMED_WITHIN_MS = 30_000

/** So long a busy machine does not stand still. */
const PATIENT_MS = 15_000

export interface ClusterOptions {
  readonly masters?: number
  readonly replicas?: number
  /**
   * A server that does not answer is given up by the others after this many milliseconds. A cluster in which none is
   * meant to be given up should be patient: else it refuses commands for some seconds because its machine was busy.
   */
  readonly nodeTimeoutMs?: number
}

/** Nothing is written to disk but the cluster's own file, so a restarted server knows where it belongs and is empty. */
const clusterArguments = (port: number, nodeTimeoutMs: number): string[] => [
  ...['--save', '', '--appendonly', 'no', '--protected-mode', 'no'],
  ...['--repl-diskless-load', 'swapdb', '--repl-diskless-sync-delay', '0'],
  ...['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`],
  ...['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-announce-ip', '127.0.0.1'],
]

export interface RedisCluster {
  readonly how: 'container' | 'process'
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  /** The ports of the servers that began as masters, then those of their replicas in the same order. */
  readonly ports: readonly number[]
  kill(port: number): Promise<void>
  /** Comes back empty. */
  restart(port: number): Promise<void>
  freeze(port: number): Promise<void>
  thaw(port: number): Promise<void>
  /** Moves a slot to the next master, key by key, with a pause after each key. Returns the new owner's port. */
  moveSlot(slot: number, pauseMs?: number): Promise<number>
  stop(): Promise<void>
}

/** A real Redis Cluster: in a container, else as processes. */
export const startCluster = (options: ClusterOptions = {}): Promise<RedisCluster> =>
  severalTries(() => tryCluster(options))

async function tryCluster({
  masters = 3,
  replicas = 3,
  nodeTimeoutMs = PATIENT_MS,
}: ClusterOptions): Promise<RedisCluster> {
  const ports: number[] = []
  while (ports.length < masters + replicas) {
    const port = await freePort()
    // The servers speak to each other ten thousand above.
    if (port < 55_000 && !ports.includes(port)) ports.push(port)
  }
  const machine = await startMachine(ports)
  const start = (port: number): Promise<void> => machine.start(port, clusterArguments(port, nodeTimeoutMs))
  const clients = new Map<number, Redis>()
  const on = (port: number): Redis => {
    const known = clients.get(port)
    if (known !== undefined) return known
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null })
    client.on('error', () => undefined)
    clients.set(port, client)
    return client
  }
  const stop = async (): Promise<void> => {
    for (const client of clients.values()) client.disconnect()
    await machine.stop()
  }

  try {
    for (const port of ports) await start(port)
    await form(ports, masters, on)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    how: machine.how,
    ports,
    nodes: ports.map((port) => ({ host: '127.0.0.1', port })),
    kill: (port) => machine.kill(port),
    restart: async (port) => {
      await machine.kill(port)
      await start(port)
    },
    freeze: (port) => machine.freeze(port),
    thaw: (port) => machine.thaw(port),
    moveSlot: (slot, pauseMs = 0) => moveSlot(slot, pauseMs, ports, on),
    stop,
  }
}

/** Makes one cluster of lone servers and returns when every one of them sees all of it. */
async function form(ports: readonly number[], masters: number, on: (port: number) => Redis): Promise<void> {
  const [first] = ports as [number]
  for (const [index, port] of ports.entries()) {
    await on(port).call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
    if (index < masters) {
      const from = Math.floor((index * SLOTS) / masters)
      const to = Math.floor(((index + 1) * SLOTS) / masters)
      await on(port).call('CLUSTER', 'ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot))
    }
    if (port !== first) await on(port).call('CLUSTER', 'MEET', '127.0.0.1', first)
  }
  const until = async (what: string, reached: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + FORMED_WITHIN_MS
    while (!(await reached().catch(() => false))) {
      if (performance.now() > deadline) throw new Error(`The cluster is not formed: ${what}`)
      await sleep(50)
    }
  }
  for (const port of ports) {
    await until(`${port} knows everybody`, async () => {
      const info = String(await on(port).call('CLUSTER', 'INFO'))
      return info.includes(`cluster_known_nodes:${ports.length}`) && info.includes('cluster_state:ok')
    })
  }
  for (const [index, port] of ports.slice(masters).entries()) {
    const master = await on(ports[index % masters] as number).call('CLUSTER', 'MYID')
    await until(`${port} follows`, async () => (await on(port).call('CLUSTER', 'REPLICATE', String(master))) === 'OK')
  }
  for (const port of ports.slice(masters)) {
    await until(`${port} has its copy`, async () =>
      (await on(port).info('replication')).includes('master_link_status:up'),
    )
  }
  for (const port of ports) {
    await until(`${port} sees the replicas`, async () => {
      const nodes = String(await on(port).call('CLUSTER', 'NODES'))
      return nodes.split('slave').length - 1 >= ports.length - masters
    })
  }
}

interface Master {
  readonly id: string
  readonly port: number
  readonly owns: (slot: number) => boolean
}

/** The masters, each by its own account: what others say of it may be a gossip round old. */
async function masters(ports: readonly number[], on: (port: number) => Redis): Promise<Master[]> {
  const accounts = ports.map(async (port): Promise<Master | undefined> => {
    const lines = String(await on(port).call('CLUSTER', 'NODES')).split('\n')
    const [id = '', , flags = '', , , , , , ...ranges] = lines.find((line) => line.includes('myself'))?.split(' ') ?? []
    if (!flags.includes('master')) return undefined
    const owns = (slot: number): boolean =>
      ranges.some((range) => {
        const [from, to = from] = range.split('-').map(Number)
        return !range.startsWith('[') && slot >= (from as number) && slot <= (to as number)
      })
    return { id, port, owns }
  })
  return (await Promise.all(accounts)).filter((master) => master !== undefined)
}

async function moveSlot(
  slot: number,
  pauseMs: number,
  ports: readonly number[],
  on: (port: number) => Redis,
): Promise<number> {
  const all = await masters(ports, on)
  const at = all.findIndex(({ owns }) => owns(slot))
  if (at === -1) throw new Error(`No server says that slot ${slot} is its own`)
  const from = all[at] as Master
  const to = all[(at + 1) % all.length] as Master
  await on(to.port).call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id)
  await on(from.port).call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id)
  for (;;) {
    const keys = (await on(from.port).callBuffer('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as Buffer[]
    if (keys.length === 0) break
    await on(from.port)
      .call('MIGRATE', '127.0.0.1', to.port, keys[0] as Buffer, 0, 2000)
      .catch(() => undefined)
    await sleep(pauseMs)
  }
  for (const { port } of [to, from, ...all]) await on(port).call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id)
  return to.port
}
