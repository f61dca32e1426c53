/** Runs tasks of one key one after the other, and tasks of different keys side by side. */
export class KeyQueue {
  readonly #last = new Map<string, Promise<unknown>>()

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const result = before.then(task, task)
    const last: Promise<unknown> = result
      .catch(() => undefined)
      .then(() => {
        if (this.#last.get(key) === last) this.#last.delete(key)
      })
    this.#last.set(key, last)
    return result
  }

  /** Settles when every task that is in the queue now has ended. */
  async quiet(): Promise<void> {
    await Promise.all(this.#last.values())
  }
}
