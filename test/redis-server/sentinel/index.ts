import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from '../free-port.js'
import { startMachine } from '../machine/index.js'
import { severalTries } from '../several-tries.js'

export interface SentinelGroup {
  /** The sentinels. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly name: string
  /** Where the sentinels say the primary is. */
  primary(): Promise<number>
  /** The sentinels make the replica the primary. Returns when they say so. */
  failover(): Promise<void>
  /** Until the primary has a replica that follows it. */
  whole(): Promise<void>
  kill(port: number): Promise<void>
  freeze(port: number): Promise<void>
  thaw(port: number): Promise<void>
  stop(): Promise<void>
}

const NAME = 'group'
const FOUND_WITHIN_MS = 30_000
const SERVER = ['--save', '', '--appendonly', 'no', '--protected-mode', 'no', '--repl-diskless-sync-delay', '0']

/** A primary, a replica, and three sentinels that give the primary up after a second. */
export const startSentinels = (): Promise<SentinelGroup> => severalTries(trySentinels)

async function trySentinels(): Promise<SentinelGroup> {
  const ports: number[] = []
  while (ports.length < 5) {
    const port = await freePort()
    if (!ports.includes(port)) ports.push(port)
  }
  const [primary, replica, ...sentinels] = ports as [number, number, ...number[]]
  const machine = await startMachine(ports)
  const any = new Redis(sentinels[0] as number, '127.0.0.1', { lazyConnect: true })
  any.on('error', () => undefined)
  const stop = async (): Promise<void> => {
    any.disconnect()
    await machine.stop()
  }
  try {
    await machine.start(primary, SERVER)
    await machine.start(replica, [...SERVER, '--replicaof', '127.0.0.1', String(primary)])
    for (const port of sentinels) {
      const file = await machine.write(`sentinel-${port}.conf`, [
        `sentinel monitor ${NAME} 127.0.0.1 ${primary} 2`,
        `sentinel down-after-milliseconds ${NAME} 1000`,
        `sentinel failover-timeout ${NAME} 1500`,
        'protected-mode no',
      ])
      await machine.start(port, [file, '--sentinel'])
    }
    await any.connect()
    for (const [what, count] of [
      ['SENTINELS', 2],
      ['REPLICAS', 1],
    ] as const) {
      const deadline = performance.now() + FOUND_WITHIN_MS
      while (((await any.call('SENTINEL', what, NAME)) as unknown[]).length < count) {
        if (performance.now() > deadline) throw new Error(`The sentinels do not find their ${what.toLowerCase()}`)
        await sleep(50)
      }
    }
  } catch (error) {
    await stop()
    throw error
  }
  const primaryPort = async (): Promise<number> =>
    Number(((await any.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as string[])[1])
  const until = async (what: string, reached: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + FOUND_WITHIN_MS
    while (!(await reached().catch(() => false))) {
      if (performance.now() > deadline) throw new Error(`The sentinels: ${what} is not so`)
      await sleep(50)
    }
  }
  const whole = (): Promise<void> =>
    until('a replica follows', async () => {
      const client = new Redis(await primaryPort(), '127.0.0.1', { retryStrategy: () => null })
      client.on('error', () => undefined)
      try {
        return /slave0:.*state=online/.test(await client.info('replication'))
      } finally {
        client.disconnect()
      }
    })
  return {
    nodes: sentinels.map((port) => ({ host: '127.0.0.1', port })),
    name: NAME,
    primary: primaryPort,
    whole,
    failover: async () => {
      const before = await primaryPort()
      await whole()
      await until('the primary has changed', async () => {
        await any.call('SENTINEL', 'FAILOVER', NAME).catch(() => undefined)
        return (await primaryPort()) !== before
      })
    },
    kill: (port) => machine.kill(port),
    freeze: (port) => machine.freeze(port),
    thaw: (port) => machine.thaw(port),
    stop,
  }
}
