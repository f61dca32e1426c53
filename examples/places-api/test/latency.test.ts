import { expect, it } from 'vitest'
import { latencyOf } from '../src/latency.js'

it('is the smallest value that the share of all values does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(latencyOf(hundred)).toEqual({ p50: 50, p95: 95 })
  expect(latencyOf([7])).toEqual({ p50: 7, p95: 7 })
})
