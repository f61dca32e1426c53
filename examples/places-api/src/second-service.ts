import { once } from 'node:events'
import { forkScript } from './fork-script.js'
import type { Service } from './service.js'
import type { Doomed } from './shared-scenes.js'

/** What a service process tells the process that started it. */
export interface FromService {
  readonly url: string
}

/** The same service in another process, with the same database and the same Redis. */
export async function startSecondService(databaseUrl: string): Promise<Service & Doomed> {
  const child = forkScript(new URL('./main.ts', import.meta.url), ['--serve', '--port', '0'], {
    DATABASE_URL: databaseUrl,
  })
  const ended = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: FromService) => resolve(message.url))
    child.once('exit', (code) => reject(new Error(`The second service ended with code ${code}`)))
  })
  return {
    url,
    close: async () => {
      child.kill()
      await ended
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
