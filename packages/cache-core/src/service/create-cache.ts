import { debtorOf } from '../backend/debtor.js'
import { NearFar } from '../backend/near-far.js'
import { Owing } from '../backend/owing.js'
import type { Clock } from '../contracts/clock.js'
import type { BackendHealth, CacheBackend } from '../contracts/index.js'
import { Background } from '../engine/background.js'
import type { Engine } from '../engine/engine.js'
import { Loads } from '../engine/loads.js'
import { Reporter } from '../engine/reporter.js'
import { Backoff } from '../layers/backoff.js'
import { bounded } from '../layers/bounded.js'
import { coalesced } from '../layers/coalesced.js'
import { Flights } from '../layers/flights.js'
import { fromStore } from '../layers/from-store.js'
import { leased } from '../layers/leased.js'
import { orStale } from '../layers/or-stale.js'
import { pipeline } from '../layers/pipeline.js'
import { Refresher } from '../layers/refresh.js'
import { checkClock } from '../options/arguments.js'
import { resolveNear } from '../options/near.js'
import type { CacheOptions } from '../options/options.js'
import { plainPlan, resolveDefaults } from '../options/resolve.js'
import { CacheService } from './cache-service.js'
import { endWork } from './end-work.js'
import { GetOrSet } from './get-or-set.js'
import { share, takeAlone } from './shared-backends.js'

/** Wires a cache. The only file that knows every part; it decides nothing. */
export function createCache(options: CacheOptions): CacheService {
  const defaults = resolveDefaults(options)
  const clock = checkClock(options.clock, 'createCache')
  const reporter = new Reporter(options.recorder)
  const { backend, giveUp } = open(options, clock, reporter)
  const engine: Engine = {
    name: options.name ?? options.backend.name,
    backend,
    clock,
    defaults,
    plainPlan: plainPlan(defaults),
    reporter,
    flights: new Flights(),
    background: new Background(),
    loads: new Loads(),
    closed: false,
  }
  const backoff = new Backoff(engine)
  const layers = [
    fromStore(engine),
    orStale(engine, backoff),
    bounded(engine),
    ...(defaults.protect ? [coalesced(engine)] : []),
  ]

  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= (async () => {
      engine.closed = true
      await endWork(engine)
      await giveUp()
    })()
    return closing
  }
  const handler = pipeline(layers, leased(engine))
  const refresher = new Refresher(engine, backoff)
  const getOrSet = new GetOrSet(engine, handler, refresher)
  return new CacheService({ engine, handler, refresher, getOrSet, prefix: '', close })
}

/** What stands before the backend that was given, and how to give all of it up. */
function open(options: CacheOptions, clock: Clock, reporter: Reporter) {
  const near = resolveNear(options)
  if (near === undefined) {
    const giveUp = share(options.backend)
    // Process memory never fails to confirm.
    if (options.backend.peek !== undefined) return { backend: options.backend, giveUp }
    return owing(options.backend, clock, reporter, giveUp)
  }
  const giveUpNear = takeAlone(near.backend)
  const far = owing(options.backend, clock, reporter, share(options.backend))
  const backend = new NearFar({
    near: near.backend,
    far: far.backend,
    ttlMs: near.ttlMs,
    clock,
    onChange: (on, reason) => reporter.report(on ? { type: 'near-on' } : { type: 'near-off', reason }),
  })
  const giveUp = async (): Promise<void> => {
    backend.close()
    await giveUpNear()
    await far.giveUp()
  }
  return { backend, giveUp }
}

function owing(store: CacheBackend, clock: Clock, reporter: Reporter, giveUpStore: () => Promise<void>) {
  const debtor = debtorOf(store, clock)
  const leave = debtor.join((event) => reporter.report(event))
  const giveUp = async (): Promise<void> => {
    await leave()
    await giveUpStore()
  }
  const backend = new Owing(store, debtor)
  if (reporter.heard) {
    const tell = (health: BackendHealth) => reporter.report({ type: 'started', store: store.name, health })
    // Never rejects, and if nobody is there it says so.
    void backend.health().then(tell)
  }
  return { backend, giveUp }
}
