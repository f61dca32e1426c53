import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { readPage } from './page.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const generated = join(root, 'test/docs/generated')
const home = process.cwd()

afterAll(() => {
  process.chdir(home)
  rmSync(generated, { recursive: true, force: true })
})

/** Pages whose every example is run, from top to bottom, as one program. */
const PAGES = [
  'README.md',
  'docs/guide/configuration.md',
  'docs/guide/memory.md',
  'docs/guide/watching.md',
  'docs/guide/tags.md',
  'docs/guide/batch.md',
  'docs/guide/near-cache.md',
  'docs/guide/codecs.md',
  'docs/guide/frameworks.md',
  'docs/guide/decorators.md',
  'docs/guide/request.md',
  'docs/migrate/from-cache-manager.md',
  'docs/migrate/from-bentocache.md',
  'docs/migrate/from-keyv.md',
  'docs/migrate/from-node-cache.md',
]

describe('every example of a page runs', () => {
  it.each(PAGES)('%s', async (name) => {
    const page = readPage(join(root, name))
    expect(page.code).not.toBe('')
    mkdirSync(generated, { recursive: true })
    for (const [file, body] of page.files) writeFileSync(join(generated, file), body)
    const module = join(generated, `${name.replaceAll(/\W/g, '-')}.ts`)
    writeFileSync(module, page.code)
    process.env['REDIS_URL'] = inject('redisUrl')
    process.chdir(generated)
    await import(module)
  })
})
