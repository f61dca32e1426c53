import { systemClock } from '../contracts/clock.js'
import { Background } from '../engine/background.js'
import type { Engine } from '../engine/engine.js'
import { Reporter } from '../engine/reporter.js'
import { bounded } from '../layers/bounded.js'
import { coalesced } from '../layers/coalesced.js'
import { Flights } from '../layers/flights.js'
import { fromStore } from '../layers/from-store.js'
import { leased } from '../layers/leased.js'
import { orStale } from '../layers/or-stale.js'
import { pipeline } from '../layers/pipeline.js'
import { Refresher } from '../layers/refresh.js'
import type { CacheOptions } from '../options/options.js'
import { plainPlan, resolveDefaults } from '../options/resolve.js'
import { CacheService } from './cache-service.js'
import { share } from './shared-backends.js'

/** Wires a cache. The only file that knows every part; it decides nothing. */
export function createCache(options: CacheOptions): CacheService {
  const defaults = resolveDefaults(options)
  const engine: Engine = {
    name: options.name ?? options.backend.name,
    backend: options.backend,
    clock: options.clock ?? systemClock,
    defaults,
    plainPlan: plainPlan(defaults),
    reporter: new Reporter(options.recorder),
    flights: new Flights(),
    background: new Background(),
    closed: false,
  }
  const layers = [fromStore(engine), orStale(engine), bounded(engine), ...(defaults.protect ? [coalesced(engine)] : [])]
  const giveUpBackend = share(options.backend)

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= (async () => {
      engine.closed = true
      await engine.background.drain()
      await giveUpBackend()
    })()
    return closing
  }
  return new CacheService({
    engine,
    handler: pipeline(layers, leased(engine)),
    refresher: new Refresher(engine),
    prefix: '',
    close,
  })
}
