import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const packages = fileURLToPath(new URL('../../packages', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'holdfast-standalone-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A folder whose node_modules holds the built packages named here, as they are published, and nothing else. */
function install(name: string, ...names: readonly string[]): string {
  const home = join(folder, name)
  for (const one of names) {
    const from = join(packages, one)
    const to = join(home, 'node_modules/@holdfast', one)
    if (!existsSync(join(from, 'dist'))) throw new Error(`${one} is not built: run \`npm run setup\` first`)
    mkdirSync(to, { recursive: true })
    const { files } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as { files: string[] }
    for (const file of ['package.json', ...files])
      if (existsSync(join(from, file))) cpSync(join(from, file), join(to, file), { recursive: true })
  }
  return home
}

function run(home: string, file: string, code: string): string {
  writeFileSync(join(home, file), code)
  return execFileSync(process.execPath, [file], { cwd: home, encoding: 'utf8' }).trim()
}

const USE = `
const cache = createCache({ backend: new MemoryBackend() })
const main = async () => {
  await cache.set('k', 1, { tags: ['t'] })
  const found = await cache.get('k')
  await cache.invalidateTags(['t'])
  console.log(found, await cache.getOrSet('k', () => 2))
  await cache.close()
}
main()
`

describe('packages as they are published', () => {
  it('cache-core loads with nothing else installed, as ESM and as CJS', () => {
    const home = install('core', 'cache-core')
    const names = 'Object.keys(core).includes("createCache") && Object.keys(testing).includes("backendConformance")'
    expect(
      run(
        home,
        'esm.mjs',
        `import * as core from '@holdfast/cache-core'\nimport * as testing from '@holdfast/cache-core/testing'\nconsole.log(${names})`,
      ),
    ).toBe('true')
    expect(
      run(
        home,
        'cjs.cjs',
        `const core = require('@holdfast/cache-core')\nconst testing = require('@holdfast/cache-core/testing')\nconsole.log(${names})`,
      ),
    ).toBe('true')
  })

  it('cache-core asks for no module but its own files and Node', () => {
    const home = install('asked', 'cache-core')
    const listen = `
      import { register } from 'node:module'
      register('data:text/javascript,' + encodeURIComponent(\`
        export async function resolve(specifier, context, next) { console.log(specifier); return next(specifier, context) }
      \`))
      await import('@holdfast/cache-core')`
    const asked = run(home, 'asked.mjs', listen).split('\n')
    expect(asked).toContain('@holdfast/cache-core')
    expect(
      asked.filter(
        (one) =>
          !one.startsWith('.') &&
          !one.startsWith('node:') &&
          !one.startsWith('file:') &&
          one !== '@holdfast/cache-core',
      ),
    ).toEqual([])
  })

  it('cache-memory works with cache-core alone, as ESM and as CJS', () => {
    const home = install('memory', 'cache-core', 'cache-memory')
    expect(
      run(
        home,
        'esm.mjs',
        `import { createCache } from '@holdfast/cache-core'\nimport { MemoryBackend } from '@holdfast/cache-memory'\n${USE}`,
      ),
    ).toBe('1 2')
    expect(
      run(
        home,
        'cjs.cjs',
        `const { createCache } = require('@holdfast/cache-core')\nconst { MemoryBackend } = require('@holdfast/cache-memory')\n${USE}`,
      ),
    ).toBe('1 2')
  })

  it('the ESM and the CJS build of one program know each other', () => {
    const home = install('both', 'cache-core', 'cache-memory')
    const code = `
      import { createRequire } from 'node:module'
      import { CacheError, CacheService, createCache, isCacheError } from '@holdfast/cache-core'
      const cjs = createRequire(import.meta.url)('@holdfast/cache-core')
      const { MemoryBackend } = createRequire(import.meta.url)('@holdfast/cache-memory')
      const cache = createCache({ backend: new MemoryBackend() })
      const error = await cjs.createCache({ backend: new MemoryBackend() }).get('').catch((e) => e)
      console.log(cache instanceof cjs.CacheService, error instanceof CacheError, isCacheError(error, 'E_CONFIG'), CacheService === cjs.CacheService)`
    expect(run(home, 'both.mjs', code)).toBe('true true true false')
  })

  it('cli runs from anywhere, without any backend; --connect says which one to install', () => {
    const home = install('cli', 'cache-core', 'cache-config', 'cli')
    for (const one of ['yaml', 'zod'])
      cpSync(join(packages, 'cache-config/node_modules', one), join(home, 'node_modules', one), {
        recursive: true,
        dereference: true,
      })
    const elsewhere = join(folder, 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'a.yaml'), 'cache:\n  backends:\n    - { name: fast, max_size: 5 }\n')
    const holdfast = (...args: string[]) =>
      spawnSync(join(home, 'node_modules/@holdfast/cli/dist/holdfast.js'), args, { cwd: elsewhere, encoding: 'utf8' })
    expect(holdfast('config', 'check', 'a.yaml')).toMatchObject({
      status: 0,
      stdout: 'fast  memory, the default\n  max_size  5\na.yaml: fine, 1 cache\n',
      stderr: '',
    })
    expect(JSON.parse(holdfast('config', 'schema').stdout)).toMatchObject({ title: 'Holdfast configuration' })
    const connected = holdfast('config', 'check', 'a.yaml', '--connect')
    expect(connected.status).toBe(1)
    expect(connected.stdout).toContain('npm install @holdfast/cache-memory')
  })
})
