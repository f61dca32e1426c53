import { describe } from 'vitest'
import { itServes } from './it-serves.js'
import { sentinel } from './sentinel.js'

const setup = await sentinel()

describe('a primary under sentinels', () => {
  itServes(setup)
})
