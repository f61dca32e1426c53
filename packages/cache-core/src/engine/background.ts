/** Work that nobody awaits. It never rejects, and `drain` waits for it. */
export class Background {
  readonly #pending = new Set<Promise<void>>()

  /** Takes over a promise; `failed` hears of a rejection. */
  run(work: Promise<unknown>, failed: (error: unknown) => void = () => undefined): void {
    const settled: Promise<void> = work.then(() => undefined, failed).finally(() => this.#pending.delete(settled))
    this.#pending.add(settled)
  }

  async drain(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }
}
