/** Who waits for the end of which lease: what a backend needs to keep the promise of `awaken`. */
export class Listeners {
  readonly #byKey = new Map<string, Set<() => void>>()

  get size(): number {
    return this.#byKey.size
  }

  add(key: string, wake: () => void): () => void {
    let waiting = this.#byKey.get(key)
    if (waiting === undefined) {
      waiting = new Set()
      this.#byKey.set(key, waiting)
    }
    waiting.add(wake)
    return () => {
      waiting.delete(wake)
      if (waiting.size === 0 && this.#byKey.get(key) === waiting) this.#byKey.delete(key)
    }
  }

  wake(key: string): void {
    for (const wake of [...(this.#byKey.get(key) ?? [])]) wake()
  }

  wakeAll(): void {
    for (const key of [...this.#byKey.keys()]) this.wake(key)
  }
}
