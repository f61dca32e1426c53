import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** Resolves once the server answers PING; rejects with the last reason when it does not within the time. */
export async function answers(url: string, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 })
    // the reason also comes as a rejection
    client.on('error', () => {})
    try {
      await client.connect()
      await client.ping()
      return
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`No PONG within ${withinMs} ms`, { cause: error })
    } finally {
      client.disconnect()
    }
    await sleep(20)
  }
}
