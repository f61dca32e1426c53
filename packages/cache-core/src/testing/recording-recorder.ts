import type { CacheEvent, Recorder } from '../contracts/recorder.js'

export interface RecordingRecorder extends Recorder {
  readonly events: readonly CacheEvent[]
  /** Each event as a line that tells what happened: for the story of a test. */
  lines(): string[]
  reset(): void
}

/** Remembers everything it hears. */
export function recordingRecorder(): RecordingRecorder {
  const events: CacheEvent[] = []
  return {
    events,
    record: (event) => {
      events.push(event)
    },
    lines: () => events.map(line),
    reset: () => {
      events.length = 0
    },
  }
}

function line(event: CacheEvent): string {
  const { type, ...rest } = event
  const facts = Object.entries(rest).map(([name, value]) => {
    if (value instanceof Error) return `${name}=${value.message}`
    return name === 'key' ? String(value) : `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`
  })
  return [type, ...facts].join(' ')
}
