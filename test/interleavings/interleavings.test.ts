import { everyOrder, oneOrder } from '@holdfast/cache-core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BROKEN, sharedReads, withUnsealedFlights } from '../freshness/broken.js'
import { type Key, type Operation, type Process, type Program, writtenProgram } from './operations.js'
import { play } from './play.js'
import { anyOrder, anyProgram, anyTroubledProgram } from './programs.js'
import { far, lifted, memory, type Topology } from './topologies.js'
import { collectUnhandled } from './unhandled.js'

collectUnhandled()

const changesBy = (by: Process, key: Key): Operation[] => [
  { verb: 'set', by, key },
  { verb: 'delete', by, key },
  { verb: 'deleteMany', by, keys: [key] },
  { verb: 'deletePattern', by },
  { verb: 'invalidateTags', by, tag: 't' },
  { verb: 'expire', by, key },
  { verb: 'expireTags', by, tag: 't' },
  { verb: 'touch', by, key },
  { verb: 'clear', by },
]
const readsBy = (by: Process, key: Key): Operation[] => [
  { verb: 'getOrSet', by, key },
  { verb: 'getOrSet', by, key, late: true },
  { verb: 'getOrSet', by, key, fails: true },
  { verb: 'getOrSet', by, key, swr: true },
  { verb: 'getOrSetMany', by, keys: [key] },
  { verb: 'get', by, key },
]
const time: Operation[] = [
  { verb: 'advance', seconds: 4 },
  { verb: 'advance', seconds: 11 },
]

/** Every pair of a read by one process and anything by the other or by itself. */
const pairs = (before: Program['before']): Program[] =>
  readsBy('A', 'a').flatMap((one) =>
    [...changesBy('A', 'a'), ...changesBy('B', 'a'), ...readsBy('B', 'a'), ...time].map((other) => ({
      operations: [one, other],
      before,
    })),
  )

const all: [string, Topology][] = [
  ['process memory', memory()],
  ['a lifted store', lifted('prompt')],
  ['two processes', far('prompt')],
]

const LIMIT = 5_000
const ENOUGH = 500
/** Over a plain store it walks key by key, in more orders than are worth playing: the first ones do. */
const isEndless = ({ operations }: Program, name: string): boolean =>
  name === 'a lifted store' && operations.some(({ verb }) => verb === 'deletePattern')

describe.each(all)('every order of two operations, over %s', (name, topology) => {
  it.each([undefined, 'fresh', 'stale'] as const)('before them: %s values', { timeout: 120_000 }, async (before) => {
    for (const program of pairs(before)) {
      const endless = isEndless(program, name)
      const limit = endless ? ENOUGH : LIMIT
      const { complete } = await everyOrder((steps) => play(program, topology, steps), { limit })
      if (!endless) expect(complete, writtenProgram(program)).toBe(true)
    }
  })
})

describe('every order of a load in each of two processes and one change', () => {
  it.each(changesBy('B', 'a').map((change) => [change.verb, change] as const))(
    '%s',
    { timeout: 120_000 },
    async (_, change) => {
      const operations: Operation[] = [
        { verb: 'getOrSet', by: 'A', key: 'a' },
        { verb: 'getOrSet', by: 'B', key: 'a' },
        change,
      ]
      const { complete } = await everyOrder((steps) => play({ operations }, far('prompt'), steps), { limit: 100_000 })
      expect(complete).toBe(true)
    },
  )
})

describe('every order of a clear and something that puts back what it has read, over a plain store', () => {
  it.each(['touch', 'expire'] as const)('%s', async (verb) => {
    const operations: Operation[] = [
      { verb: 'clear', by: 'A' },
      { verb, by: 'A', key: 'b' },
    ]
    const program: Program = { operations, before: 'fresh' }
    expect(await everyOrder((steps) => play(program, lifted('late'), steps))).toMatchObject({ complete: true })
  })
})

/** The same seeds each time: a failure names its program and its order, shrunk. */
const check = (topology: Topology, programs: fc.Arbitrary<Program>, numRuns: number, seed = 20) =>
  fc.check(
    fc.asyncProperty(programs, anyOrder, (program, choices) =>
      oneOrder((steps) => play(program, topology, steps), choices),
    ),
    { numRuns, seed },
  )

describe.each([...all, ['two processes, late requests', far('late')] as [string, Topology]])(
  'random programs of up to eight operations, over %s',
  (_, topology) => {
    it('keep every promise', { timeout: 120_000 }, async () => {
      const { failed, errorInstance } = await check(topology, anyProgram, 4_000)
      if (failed) throw errorInstance
    })

    it('keep every promise when the store refuses calls and loses answers', { timeout: 120_000 }, async () => {
      const { failed, errorInstance } = await check(topology, anyTroubledProgram, 2_000)
      if (failed) throw errorInstance
    })
  },
)

describe('they have teeth: they catch a cache that', () => {
  const { 'shares reads until their answer': _, ...broken } = BROKEN
  const variants = { ...broken, 'shares reads until their answer': sharedReads }
  const caught = async (topology: Topology): Promise<boolean> => (await check(topology, anyProgram, 3_000)).failed

  it.each(Object.entries(variants))('%s', { timeout: 120_000 }, async (_name, spoil) => {
    expect(await caught(far('prompt', spoil))).toBe(true)
  })

  it('lets callers join until the answer to the fill', { timeout: 120_000 }, async () => {
    const operations: Operation[] = [
      { verb: 'getOrSet', by: 'A', key: 'a' },
      { verb: 'delete', by: 'B', key: 'a' },
      { verb: 'getOrSet', by: 'A', key: 'a' },
    ]
    const explore = () => everyOrder((steps) => play({ operations }, far('prompt'), steps), { limit: 100_000 })
    expect(await explore()).toMatchObject({ complete: true })
    await expect(withUnsealedFlights(explore)).rejects.toThrow('gave version 1 of a; 2 was there')
  })

  it('and say how, with the order of the steps', { timeout: 120_000 }, async () => {
    const { failed, errorInstance } = await check(
      far('prompt', BROKEN['stores whatever was loaded']),
      anyProgram,
      3_000,
    )
    expect(failed).toBe(true)
    expect((errorInstance as Error).message).toMatch(/in .*getOrSet/s)
    expect((errorInstance as Error).message).toMatch(/in this order:\n +1 /)
  })
})
