import { afterAll, beforeAll } from 'vitest'

const seen: unknown[] = []
const note = (reason: unknown): void => void seen.push(reason)

/** In a test file: rejections that nobody handles are collected here instead of ending the run. */
export function collectUnhandled(): void {
  let others: NodeJS.UnhandledRejectionListener[] = []
  beforeAll(() => {
    others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', note)
  })
  afterAll(() => {
    process.off('unhandledRejection', note)
    for (const listener of others) process.on('unhandledRejection', listener)
  })
}

/** Those since the last call. */
export const unhandled = (): unknown[] => seen.splice(0)
