import { backendConformance, ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, it } from 'vitest'

for (const isolation of ['reference', 'freeze', 'clone'] as const) {
  backendConformance({
    runner: { describe, it, skip: it.skip },
    name: `memory, isolation ${isolation}`,
    create: () => {
      const clock = new ManualClock(Date.now())
      return { backend: new MemoryBackend({ clock, isolation }), advance: (ms) => clock.advance(ms) }
    },
  })
}
