import fc from 'fast-check'
import type { Key, Operation, Program } from './operations.js'

const by = fc.constantFrom('A' as const, 'B' as const)
// Mostly one key, so that they meet.
const key = fc.nat(5).map((dice): Key => (dice === 5 ? 'c' : dice === 4 ? 'b' : 'a'))
const keys = fc.uniqueArray(key, { minLength: 1 })
const tag = fc.constantFrom('t' as const, 'u' as const)
const rarely = fc.nat(5).map((dice) => dice === 5)
const loading = { late: fc.boolean(), fails: rarely, swr: rarely }

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { arbitrary: fc.record({ verb: fc.constant('getOrSet' as const), by, key, ...loading }), weight: 6 },
  { arbitrary: fc.record({ verb: fc.constant('getOrSetMany' as const), by, keys, ...loading }), weight: 2 },
  { arbitrary: fc.record({ verb: fc.constantFrom('get', 'set', 'delete', 'expire', 'touch'), by, key }), weight: 4 },
  { arbitrary: fc.record({ verb: fc.constantFrom('invalidateTags', 'expireTags'), by, tag }), weight: 3 },
  { arbitrary: fc.record({ verb: fc.constantFrom('getMany', 'deleteMany'), by, keys }), weight: 2 },
  { arbitrary: fc.record({ verb: fc.constantFrom('deletePattern', 'clear'), by }), weight: 2 },
  { arbitrary: fc.record({ verb: fc.constant('advance' as const), seconds: fc.constantFrom(2, 4, 11) }), weight: 1 },
)

/** Programs of several operations. The simplest come first, so that a failing one shrinks to them. */
export const anyProgram: fc.Arbitrary<Program> = fc.record({
  operations: fc.array(operation, { minLength: 2, maxLength: 8 }),
  before: fc.constantFrom(undefined, 'fresh', 'stale'),
  grace: fc.constantFrom(undefined, 30),
})

/** An order of steps: mostly goes on with what happened last, as few switches find more than many. */
export const anyOrder = fc.array(
  fc.nat(31).map((dice) => Math.max(0, dice - 20)),
  { maxLength: 150, size: 'max' },
)

/** Programs whose store now and then refuses a call or loses an answer. */
export const anyTroubledProgram: fc.Arbitrary<Program> = fc
  .tuple(
    anyProgram,
    fc.array(fc.record({ call: fc.nat(20), what: fc.constantFrom('refused', 'answer-lost') }), { minLength: 1 }),
  )
  .map(([program, faults]) => ({ ...program, faults }))
