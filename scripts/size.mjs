// What a bundle pays for each import, minified and gzipped, without what it imports in turn from other packages.
// Above its budget it fails: raise a budget on purpose, never in passing.
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './run.mjs'

/** In bytes. */
const BUDGETS = [
  ['{ createCache }', 'cache-core', 14_500],
  ['*', 'cache-core', 19_500],
  ['{ MemoryBackend }', 'cache-memory', 9_000],
  ['{ RedisBackend }', 'cache-redis', 20_500],
  ['*', 'cache-decorators', 4_700],
  ['*', 'cache-request', 1_700],
]

let failed = false
for (const [what, name, budget] of BUDGETS) {
  const entry = join(root, 'packages', name, 'dist/index.js')
  const { outputFiles } = await build({
    stdin: { contents: `export ${what} from ${JSON.stringify(entry)}`, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    external: name === 'cache-core' ? [] : ['@holdfast/*', 'ioredis'],
    write: false,
  })
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length
  const over = size > budget
  failed ||= over
  const verdict = over ? `OVER its budget of ${budget}` : `of ${budget}`
  console.log(`${`${what} from @holdfast/${name}`.padEnd(45)} ${String(size).padStart(6)} bytes ${verdict}`)
}
if (failed) process.exitCode = 1
