import { Unavailable } from '../types.js'
import { container } from './container.js'
import type { Machine } from './machine.js'
import { processes } from './processes.js'

export type { Machine } from './machine.js'

/** A container, else processes of this machine. */
export async function startMachine(ports: readonly number[]): Promise<Machine> {
  if (process.env['HOLDFAST_TEST_REDIS_HOW'] !== 'process') {
    try {
      return await container(ports)
    } catch (error) {
      if (!(error instanceof Unavailable) || process.env['HOLDFAST_REQUIRE_CONTAINERS'] === '1') throw error
    }
  }
  return processes()
}
