import { backendConformance, ManualClock } from '@holdfast/cache-core/testing'
import { MemoryBackend } from '@holdfast/cache-memory'
import { describe, expect, it } from 'vitest'
import { FAULTS, spoiled } from './faults.js'

/** Runs the suite and says which promises were found broken. */
async function brokenPromises(spoil: (typeof FAULTS)[string]): Promise<string[]> {
  const proofs: (readonly [name: string, body: () => Promise<void>])[] = []
  backendConformance({
    runner: { describe: (_, body) => body(), it: (name, body) => proofs.push([name, body]) },
    name: 'spoiled',
    create: () => {
      const clock = new ManualClock(Date.now())
      return { backend: spoiled(new MemoryBackend({ clock }), spoil), advance: (ms) => clock.advance(ms) }
    },
  })
  const broken: string[] = []
  for (const [name, body] of proofs) await body().catch(() => broken.push(name))
  return broken
}

describe('the conformance suite has teeth', () => {
  it('finds nothing wrong with a backend that is not spoiled', async () => {
    expect(await brokenPromises(() => ({}))).toEqual([])
  })

  for (const [fault, spoil] of Object.entries(FAULTS)) {
    it(`catches: ${fault}`, { timeout: 20_000 }, async () => {
      expect(await brokenPromises(spoil)).not.toEqual([])
    })
  }

  it('refuses an exemption from a promise that does not exist', () => {
    const options = {
      runner: { describe: () => undefined, it: () => undefined },
      name: 'x',
      create: () => ({ backend: new MemoryBackend(), advance: async () => undefined }),
    }
    expect(() => backendConformance({ ...options, exempt: { 'no such promise': 'why' } })).toThrow('no promise named')
  })
})
