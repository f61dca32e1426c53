import { connect, createServer, type Socket } from 'node:net'

/** A wire between a client and a server, that can be cut and can go dead without anybody being told. */
export interface Proxy {
  readonly port: number
  /** From now on what is sent is swallowed, in both directions, and nothing is closed: a firewall that lost its state. */
  swallow(): void
  /** Connections are cut, and new ones are closed at once. */
  refuse(): void
  /** New connections work again. Those that went dead stay dead. */
  heal(): void
  cut(): void
  close(): Promise<void>
}

export async function startProxy(targetPort: number): Promise<Proxy> {
  let dead = false
  let refusing = false
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket; dead: boolean }>()
  const server = createServer((near) => {
    if (refusing) {
      near.destroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    const pair = { near, far, dead }
    pairs.add(pair)
    const end = (): void => {
      near.destroy()
      far.destroy()
      pairs.delete(pair)
    }
    near.on('data', (bytes) => pair.dead || far.write(bytes))
    far.on('data', (bytes) => pair.dead || near.write(bytes))
    for (const socket of [near, far]) socket.on('error', end).on('close', () => pair.dead || end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const { near, far } of pairs) {
      near.destroy()
      far.destroy()
    }
    pairs.clear()
  }
  return {
    port: (server.address() as { port: number }).port,
    swallow: () => {
      dead = true
      for (const pair of pairs) pair.dead = true
    },
    refuse: () => {
      refusing = true
      cut()
    },
    heal: () => {
      dead = false
      refusing = false
    },
    cut,
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
