import type { CacheBackend } from '../../contracts/backend.js'

/** The parts of a test runner that the suite uses: those of Vitest, Jest, node:test and others fit. */
export interface Runner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
  /** Marks a promise that is not kept, so that it still shows. `it.skip` of most runners. */
  skip?(name: string, body: () => Promise<void>): unknown
}

/** One open backend under test. */
export interface Subject {
  readonly backend: CacheBackend
  /** Lets time pass for the backend: a manual clock, or a real wait. */
  advance(ms: number): Promise<void>
  /** Frees what `create` made, the backend included. */
  dispose?(): Promise<void>
}

export interface ConformanceOptions {
  readonly runner: Runner
  /** Shown in the names of the tests. */
  readonly name: string
  /** An empty backend of its own for every test. */
  create(): Promise<Subject> | Subject
  /**
   * Another backend over the same store, if several processes may share it: the promises are then checked across both.
   */
  twin?(subject: Subject): Promise<CacheBackend> | CacheBackend
  /** Promises that are not kept, by name, and why. An unknown name is an error. */
  readonly exempt?: Readonly<Record<string, string>>
  /** The shortest lifetime the store can tell apart. @default 1 ms */
  readonly granularityMs?: number
}

/** One promise of the contract: a name, and the proof. */
export interface Promised {
  readonly name: string
  readonly proof: (subject: Subject, other: CacheBackend) => Promise<void>
}

export function runPromises(group: string, promises: readonly Promised[], options: ConformanceOptions): void {
  const { runner, create, twin, exempt = {} } = options
  runner.describe(group, () => {
    for (const { name, proof } of promises) {
      const body = async (): Promise<void> => {
        const subject = await create()
        const other = twin === undefined ? subject.backend : await twin(subject)
        try {
          await proof(subject, other)
        } finally {
          if (other !== subject.backend) await other.close()
          await (subject.dispose ?? (() => subject.backend.close()))()
        }
      }
      const reason = exempt[name]
      if (reason === undefined) runner.it(name, body)
      else (runner.skip ?? runner.it)(`${name} (exempt: ${reason})`, async () => undefined)
    }
  })
}
