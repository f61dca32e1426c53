import { encoded, fenced } from '@holdfast/cache-core'
import { backendConformance, ManualClock } from '@holdfast/cache-core/testing'
import { describe, it } from 'vitest'
import { mapStore } from './map-store.js'

const runner = { describe, it, skip: it.skip }

backendConformance({
  runner,
  name: 'a lifted store of anything',
  create: () => {
    const clock = new ManualClock(Date.now())
    return { backend: fenced(mapStore(clock), { clock }), advance: (ms) => clock.advance(ms) }
  },
})

backendConformance({
  runner,
  name: 'a lifted store of bytes',
  create: () => {
    const clock = new ManualClock(Date.now())
    return { backend: fenced(encoded(mapStore<Uint8Array>(clock)), { clock }), advance: (ms) => clock.advance(ms) }
  },
})
