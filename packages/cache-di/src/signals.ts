/** Runs `end` at the first of the signals, then sends the signal again for whatever it does by itself. Returns what undoes it. */
export function onSignals(signals: readonly NodeJS.Signals[], end: () => Promise<void>): () => void {
  const undo = (): void => {
    for (const signal of signals) process.off(signal, heard)
  }
  const heard = (signal: NodeJS.Signals): void => {
    undo()
    end()
      .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
      .finally(() => {
        if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
      })
  }
  for (const signal of signals) process.on(signal, heard)
  return undo
}
