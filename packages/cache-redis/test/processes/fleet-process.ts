import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Answer, Order } from './protocol.js'

const worker = fileURLToPath(new URL('worker.ts', import.meta.url))
const tsconfig = fileURLToPath(new URL('../../../../tsconfig.json', import.meta.url))

type Done = Answer & { type: 'done' }

/** A real process that shares the Redis. */
export class FleetProcess {
  readonly #child: ChildProcess
  readonly #heard: Answer[] = []
  readonly #listeners = new Set<() => void>()

  constructor(url: string, prefix: string, lockTtl: string) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', worker, url, prefix, lockTtl], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TSX_TSCONFIG_PATH: tsconfig },
    })
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.#heard.push(JSON.parse(line) as Answer)
      for (const listener of [...this.#listeners]) listener()
    })
  }

  async ready(): Promise<this> {
    await this.#hear('ready')
    return this
  }

  order(order: Order): Promise<Done> {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`)
    return this.#hear('done') as Promise<Done>
  }

  loading(): Promise<unknown> {
    return this.#hear('loading')
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  /** The next answer of a type, taken from what was heard. */
  #hear(type: Answer['type']): Promise<Answer> {
    return new Promise((resolve) => {
      const look = (): void => {
        const index = this.#heard.findIndex((answer) => answer.type === type)
        if (index < 0) return
        this.#listeners.delete(look)
        resolve(this.#heard.splice(index, 1)[0] as Answer)
      }
      this.#listeners.add(look)
      look()
    })
  }
}
