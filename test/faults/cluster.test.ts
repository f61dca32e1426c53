import { describe } from 'vitest'
import { cluster } from './cluster.js'
import { itServes } from './it-serves.js'

const setup = await cluster()

describe('three masters with replicas', () => {
  itServes(setup)
})
