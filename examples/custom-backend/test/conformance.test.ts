import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCache, encoded, fenced } from '@holdfast/cache-core'
import { backendConformance, ManualClock } from '@holdfast/cache-core/testing'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../src/file-store.js'
import { mapStore } from '../src/map-store.js'

const runner = { describe, it, skip: it.skip }

const PATTERNS = [
  'a pattern removes what matches, counts it, and spares its neighbours',
  'a pattern knows ? and sets by characters, also beyond ASCII',
  'an escaped key as a pattern removes that key and no other',
  'a pattern counts only what was valid',
  'a pattern job reports progress and stops on its signal',
  'a pattern removal refuses a computation acquired before it',
  'a pattern removal lets computations of other keys go on',
  'a pattern removal is remembered until a computation ends, after many others',
]

backendConformance({
  runner,
  name: 'four verbs over a Map',
  create: () => {
    const clock = new ManualClock(Date.now())
    return {
      backend: fenced(
        mapStore(() => clock.now()),
        { clock },
      ),
      advance: (ms) => clock.advance(ms),
    }
  },
  exempt: Object.fromEntries(PATTERNS.map((name) => [name, 'a store without keys cannot know patterns'])),
})

backendConformance({
  runner,
  name: 'files',
  create: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-'))
    const backend = fenced(encoded(fileStore(folder)))
    return {
      backend,
      advance: async (ms) => void (await sleep(ms)),
      dispose: async () => {
        await backend.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
  granularityMs: 5,
})

describe('a store without keys', () => {
  it('says what it cannot do', async () => {
    const cache = createCache({ backend: fenced(mapStore()) })
    await expect(cache.deletePattern('user:*')).rejects.toMatchObject({ code: 'E_UNSUPPORTED' })
    await cache.close()
  })
})

describe('files', () => {
  it('keep values and tags when the process starts anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-'))
    const start = () => createCache({ backend: fenced(encoded(fileStore(folder))) })
    const before = start()
    await before.set('a', { when: new Date(5) }, { tags: ['t'] })
    await before.set('b', 2, { tags: ['u'] })
    await before.close()
    const after = start()
    expect(await after.get('a')).toEqual({ when: new Date(5) })
    await after.invalidateTags(['t'])
    expect(await after.get('a')).toBeUndefined()
    expect(await after.get('b')).toBe(2)
    await after.close()
    await rm(folder, { recursive: true })
  })
})
