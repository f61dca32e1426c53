import { describe } from 'vitest'
import { itServes } from './it-serves.js'
import { standalone } from './standalone.js'

const setup = await standalone()

describe('one server', () => {
  itServes(setup)
})
