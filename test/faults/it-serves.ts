import { afterAll, expect, it } from 'vitest'
import { drill } from './drill.js'
import { LAG_MS, type Setup } from './setup.js'

/** Three deadlines and a wait for somebody else's lease, on a machine that is busy with other suites. */
const SLOWEST_READ_MS = 8000

/** Whatever happens: every read is answered in time, none with what was invalidated, and no invalidation is lost. */
export function itServes({ faults, caches, stop }: Setup): void {
  afterAll(stop)

  it.each(faults.map((fault) => [fault.name, fault] as const))('%s', { timeout: 90_000 }, async (_, fault) => {
    const outcome = await drill(caches, fault, LAG_MS)
    expect(outcome.failedReads).toEqual([])
    expect(outcome.stale).toEqual([])
    expect(outcome.lost).toEqual([])
    expect(outcome.slowestReadMs).toBeLessThan(SLOWEST_READ_MS)
    expect(outcome.reads).toBeGreaterThan(50)
    const codes = Object.keys(outcome.refused)
    expect(codes.filter((code) => !fault.refusals?.includes(code))).toEqual([])
    if (fault.surely) expect(codes.length, 'it did happen').toBeGreaterThan(0)
  })
}
